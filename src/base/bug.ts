/** A fault of bpfld itself, never of its input. The command line turns it into exit code 70. */
export class Bug extends Error {
  override readonly name = 'Bug';
  /** The pass or module whose invariant broke. */
  readonly where: string;

  constructor(where: string, message: string) {
    super(`${where}: ${message}`);
    this.where = where;
  }
}
