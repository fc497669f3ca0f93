/** `btf`: variables whose types say what the maps are; `legacy`: structures of numbers. */
export type MapStyle = 'btf' | 'legacy';

/** How maps are defined in a section of this name; undefined for sections that define none. */
export function mapStyle({ name }: { readonly name: string }): MapStyle | undefined {
  if (name === '.maps') return 'btf';
  return name === 'maps' || name.startsWith('maps/') ? 'legacy' : undefined;
}
