//go:build !old

package main

import "github.com/cilium/ebpf"

func variables(spec *ebpf.CollectionSpec) map[string]Variable {
	described := map[string]Variable{}
	for name, variable := range spec.Variables {
		described[name] = Variable{
			Section: variable.SectionName, Offset: variable.Offset, Value: value(variable.Value),
			Typed: variable.Type != nil,
		}
	}
	return described
}
