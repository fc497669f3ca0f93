// cilium-load says what cilium/ebpf and the kernel make of an object.
//
//	cilium-load OBJECT [--load] [--only PROGRAM] [--run PROGRAM HEX]... [--syscall PROGRAM HEX]...
//
// Always: LoadCollectionSpec, which is all that happens in user space. --load: NewCollection, which makes the maps
// and has the programs verified; nothing is attached or pinned. --only: without the other programs. --run: one run
// over a packet of those bytes; --syscall: one run with those bytes as the context. Prints one JSON object, of which
// test/loaders/support/cilium.ts has the shape.
package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/cilium/ebpf"
)

// Verdict is what a step came to.
type Verdict struct {
	OK bool `json:"ok"`
	// The loader's own message, where it refused.
	Message string `json:"message"`
	// The kernel's, where it refused a program.
	Log string `json:"log,omitempty"`
}

// Run is one run of a program.
type Run struct {
	Program string `json:"program"`
	Error   string `json:"error,omitempty"`
	Retval  uint32 `json:"retval"`
	// The packet or the context afterwards, in hex.
	Data string `json:"data"`
}

// Report is what is printed.
type Report struct {
	// Of the module github.com/cilium/ebpf.
	Version   string              `json:"version"`
	Spec      Verdict             `json:"spec"`
	Programs  map[string]Program  `json:"programs"`
	Maps      map[string]Map      `json:"maps"`
	Variables map[string]Variable `json:"variables"`
	Load      *Verdict            `json:"load,omitempty"`
	Runs      []Run               `json:"runs,omitempty"`
	// The values of arrays after the runs, in hex.
	Values map[string][]string `json:"values,omitempty"`
}

type request struct {
	object string
	load   bool
	only   string
	runs   []wanted
}

type wanted struct {
	program string
	data    []byte
	syscall bool
}

func parse(words []string) (request, error) {
	if len(words) == 0 {
		return request{}, errors.New("no object")
	}
	asked := request{object: words[0]}
	for rest := words[1:]; len(rest) > 0; {
		switch {
		case rest[0] == "--load":
			asked.load, rest = true, rest[1:]
		case rest[0] == "--only" && len(rest) > 1:
			asked.only, rest = rest[1], rest[2:]
		case (rest[0] == "--run" || rest[0] == "--syscall") && len(rest) > 2:
			data, err := hex.DecodeString(rest[2])
			if err != nil {
				return asked, err
			}
			asked.load = true
			asked.runs = append(asked.runs, wanted{rest[1], data, rest[0] == "--syscall"})
			rest = rest[3:]
		default:
			return asked, fmt.Errorf("unknown word %s", rest[0])
		}
	}
	return asked, nil
}

func main() {
	asked, err := parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "cilium-load:", err)
		os.Exit(2)
	}
	report := judge(asked)
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		fmt.Fprintln(os.Stderr, "cilium-load:", err)
		os.Exit(1)
	}
}

func judge(asked request) *Report {
	report := &Report{Version: moduleVersion()}
	var spec *ebpf.CollectionSpec
	report.Spec = attempt(func() (err error) {
		spec, err = ebpf.LoadCollectionSpec(asked.object)
		return
	})
	report.Spec.Message = strings.TrimPrefix(report.Spec.Message, "file "+asked.object+": ")
	if !report.Spec.OK {
		return report
	}
	if only, ok := spec.Programs[asked.only]; ok {
		spec.Programs = map[string]*ebpf.ProgramSpec{asked.only: only}
	}
	describe(spec, report)
	if asked.load {
		load := attempt(func() error { return loadAndRun(spec, asked.runs, report) })
		report.Load = &load
	}
	return report
}

// attempt makes a verdict of an error or a panic.
func attempt(step func() error) (verdict Verdict) {
	defer func() {
		if what := recover(); what != nil {
			verdict = Verdict{Message: fmt.Sprintf("panic: %v", what)}
		}
	}()
	err := step()
	if err == nil {
		return Verdict{OK: true}
	}
	verdict = Verdict{Message: err.Error()}
	var refused *ebpf.VerifierError
	if errors.As(err, &refused) {
		verdict.Log = strings.Join(refused.Log, "\n")
	}
	return verdict
}

func loadAndRun(spec *ebpf.CollectionSpec, runs []wanted, report *Report) error {
	for _, spec := range spec.Maps {
		if spec.Pinning == ebpf.PinByName {
			spec.Pinning = ebpf.PinNone
		}
	}
	collection, err := ebpf.NewCollection(spec)
	if err != nil {
		return err
	}
	defer collection.Close()
	for _, asked := range runs {
		report.Runs = append(report.Runs, run(collection, asked))
	}
	report.Values = values(collection)
	return nil
}

func run(collection *ebpf.Collection, asked wanted) Run {
	result := Run{Program: asked.program}
	program := collection.Programs[asked.program]
	if program == nil {
		result.Error = "no such program"
		return result
	}
	output := make([]byte, len(asked.data)+256)
	options := &ebpf.RunOptions{Data: asked.data, DataOut: output}
	if asked.syscall {
		output = make([]byte, len(asked.data))
		options = &ebpf.RunOptions{Context: asked.data, ContextOut: output}
	}
	retval, err := program.Run(options)
	if err != nil {
		result.Error = err.Error()
		return result
	}
	result.Retval = retval
	if !asked.syscall {
		output = options.DataOut
	}
	result.Data = hex.EncodeToString(output)
	return result
}

// moduleVersion is that of cilium/ebpf in this binary.
func moduleVersion() string {
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, module := range build.Deps {
			if module.Path == "github.com/cilium/ebpf" {
				return module.Version
			}
		}
	}
	return "unknown"
}
