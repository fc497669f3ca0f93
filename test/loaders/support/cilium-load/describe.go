package main

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/btf"
)

// Instruction is one of a program, after the loader has put callees behind it.
type Instruction struct {
	Text string `json:"text"`
	// The function that begins here.
	Symbol string `json:"symbol,omitempty"`
	// The map, section or function that it refers to.
	Reference string `json:"reference,omitempty"`
	Opcode    uint16 `json:"opcode"`
	Source    uint8  `json:"source"`
	// As text: it may have 64 bits.
	Constant string `json:"constant"`
	// The whole of it in hex, as the kernel gets it but for what is resolved when it is loaded.
	Raw string `json:"raw"`
	// What .BTF.ext has for it, as the loader bound it.
	Function string `json:"function,omitempty"`
	Line     string `json:"line,omitempty"`
	Core     string `json:"core,omitempty"`
}

// Program is a program that can be loaded by itself.
type Program struct {
	Type         string        `json:"type"`
	Attach       string        `json:"attach"`
	AttachTo     string        `json:"attachTo"`
	Flags        uint32        `json:"flags"`
	Section      string        `json:"section"`
	License      string        `json:"license"`
	Instructions []Instruction `json:"instructions"`
}

// Map is a map or a section of data.
type Map struct {
	Type       string `json:"type"`
	KeySize    uint32 `json:"keySize"`
	ValueSize  uint32 `json:"valueSize"`
	MaxEntries uint32 `json:"maxEntries"`
	Flags      uint32 `json:"flags"`
	Pinning    int    `json:"pinning"`
	// What is put into it, with bytes in hex and maps and programs by their names.
	Contents []string `json:"contents"`
}

// Variable is one that the application can set by its name.
type Variable struct {
	Section string `json:"section"`
	Offset  uint32 `json:"offset"`
	Value   string `json:"value"`
	Typed   bool   `json:"typed"`
}

func describe(spec *ebpf.CollectionSpec, report *Report) {
	report.Programs = map[string]Program{}
	for name, program := range spec.Programs {
		report.Programs[name] = Program{
			Type: program.Type.String(), Attach: program.AttachType.String(), AttachTo: program.AttachTo,
			Flags: program.Flags, Section: program.SectionName, License: program.License,
			Instructions: instructions(program.Instructions),
		}
	}
	report.Maps = map[string]Map{}
	for name, spec := range spec.Maps {
		described := Map{
			Type: spec.Type.String(), KeySize: spec.KeySize, ValueSize: spec.ValueSize,
			MaxEntries: spec.MaxEntries, Flags: spec.Flags, Pinning: int(spec.Pinning), Contents: []string{},
		}
		for _, entry := range spec.Contents {
			described.Contents = append(described.Contents, fmt.Sprintf("%v: %s", entry.Key, value(entry.Value)))
		}
		report.Maps[name] = described
	}
	report.Variables = variables(spec)
}

func value(of any) string {
	if data, ok := of.([]byte); ok {
		return hex.EncodeToString(data)
	}
	return fmt.Sprint(of)
}

func instructions(insns asm.Instructions) []Instruction {
	described := make([]Instruction, 0, len(insns))
	for i := range insns {
		ins := &insns[i]
		one := Instruction{
			Text: fmt.Sprintf("%v", *ins), Symbol: ins.Symbol(), Reference: ins.Reference(),
			Opcode: uint16(ins.OpCode), Source: uint8(ins.Src), Constant: fmt.Sprint(ins.Constant),
			Raw: raw(ins),
		}
		if function := btf.FuncMetadata(ins); function != nil {
			one.Function = function.Name
		}
		if source := ins.Source(); source != nil {
			one.Line = source.String()
		}
		if relocation := btf.CORERelocationMetadata(ins); relocation != nil {
			one.Core = relocation.String()
		}
		described = append(described, one)
	}
	return described
}

func raw(ins *asm.Instruction) string {
	var encoded bytes.Buffer
	if _, err := ins.Marshal(&encoded, binary.LittleEndian); err != nil {
		return ""
	}
	return hex.EncodeToString(encoded.Bytes())
}

// values reads arrays, among which are sections of data; at most 64 entries each.
func values(collection *ebpf.Collection) map[string][]string {
	read := map[string][]string{}
	for name, m := range collection.Maps {
		if m.Type() != ebpf.Array {
			continue
		}
		entries := []string{}
		for key := uint32(0); key < m.MaxEntries() && key < 64; key++ {
			data, err := m.LookupBytes(key)
			if err != nil {
				break
			}
			entries = append(entries, hex.EncodeToString(data))
		}
		read[name] = entries
	}
	return read
}
