package api

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/user"
	"slices"
	"strconv"
)

// caller is the process at the other end of the control socket.
type caller struct{ uid, gid, pid int }

type callerKey struct{}

// withCaller asks the kernel who connected.
func withCaller(ctx context.Context, conn net.Conn) context.Context {
	c, err := callerOf(conn)
	if err != nil {
		return ctx
	}
	return context.WithValue(ctx, callerKey{}, c)
}

// guard lets in the node's own user, root and the group of the node's process.
// The socket's mode says the same; this holds also where the mode was loosened.
func guard(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, ok := r.Context().Value(callerKey{}).(caller)
		if !ok || !c.allowed(os.Geteuid(), os.Getegid()) {
			log.Warn("refused on the control socket", "uid", c.uid, "pid", c.pid)
			answerProblem(w, ErrNotAllowed)
			return
		}
		log.Debug("asked on the control socket", "method", r.Method, "uid", c.uid, "pid", c.pid)
		next.ServeHTTP(w, r)
	})
}

func (c caller) allowed(uid, gid int) bool {
	return c.uid == uid || c.uid == 0 || c.gid == gid || slices.Contains(groupsOf(c.uid), strconv.Itoa(gid))
}

// groupsOf returns the groups that the machine's files say a user is in.
func groupsOf(uid int) []string {
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return nil
	}
	groups, err := u.GroupIds()
	if err != nil {
		return nil
	}
	return groups
}
