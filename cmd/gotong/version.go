package main

import (
	"cmp"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"gotong/node/words"
	"gotong/protocol"
)

// versionDoc is the answer to "gotong version --json".
type versionDoc struct {
	Schema   string `json:"schema"`
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Exchange string `json:"exchange"` // protocol id that nodes meet under
}

const schemaVersion = "gotong.version/1"

func newVersion(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "version", Short: a.say("help.version", nil), Args: exactly(0),
		RunE: func(*cobra.Command, []string) error {
			doc := version()
			if a.json {
				return a.document(doc)
			}
			a.show("version", words.Args{"version": doc.Version, "commit": cmp.Or(doc.Commit, "-"), "go": doc.Go, "platform": doc.Platform})
			return nil
		},
	}
	return a.jsonFlag(c)
}

// version is what the build noted down.
func version() versionDoc {
	doc := versionDoc{
		Schema: schemaVersion, Version: "devel", Go: runtime.Version(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH, Exchange: protocol.ExchangeProtocol,
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return doc
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		doc.Version = v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			doc.Commit = s.Value
		}
	}
	return doc
}
