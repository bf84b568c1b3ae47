package netlab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// insideVar tells the test binary that it is already inside the lab's
// namespaces, and where the programs it is to test were built.
const insideVar = "GOTONG_NETLAB_BUILT"

// labRoot is a file system in memory that the lab alone sees. Its short name
// keeps control sockets below the 108 characters of a socket's path.
const labRoot = "/run"

// storiesAtOnce may be more than there are cores: stories mostly wait.
const storiesAtOnce = "12"

// TestMain builds the programs, then starts this test binary again inside
// namespaces of its own, where the stories run.
func TestMain(m *testing.M) {
	if os.Getenv(insideVar) == "" {
		os.Exit(outside())
	}
	if err := furnish(); err != nil {
		fmt.Fprintln(os.Stderr, "netlab: cannot prepare the namespaces:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// outside returns the exit code of the run inside.
func outside() int {
	folder, err := os.MkdirTemp("", "netlab")
	if err != nil {
		fmt.Fprintln(os.Stderr, "netlab:", err)
		return 1
	}
	defer os.RemoveAll(folder)
	if err := buildPrograms(folder); err != nil {
		fmt.Fprintln(os.Stderr, "netlab: cannot build gotong:", err)
		return 1
	}
	err = rerun(folder)
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return max(1, exit.ExitCode())
	}
	fmt.Fprintln(os.Stderr, "netlab: cannot make namespaces (run as root, or allow user namespaces):", err)
	return 1
}

// rerun runs this binary in new namespaces. It is process 1 there, so all it
// started dies with it; and it dies with us, which is why the thread that
// started it must stay.
func rerun(folder string) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	inside := exec.Command(self, append([]string{"-test.parallel", storiesAtOnce}, os.Args[1:]...)...)
	inside.Stdin, inside.Stdout, inside.Stderr = os.Stdin, os.Stdout, os.Stderr
	inside.Env = append(os.Environ(), insideVar+"="+folder)
	inside.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID,
		Pdeathsig:  syscall.SIGKILL,
	}
	if os.Geteuid() != 0 {
		inside.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		inside.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		inside.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	return inside.Run()
}

// furnish keeps the lab's mounts to itself and gives it an empty /run, where ip
// keeps the names of namespaces and the households keep their folders. The
// programs move in too, so that nothing of the lab lies outside.
func furnish() error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return err
	}
	if err := syscall.Mount("netlab", labRoot, "tmpfs", 0, "mode=0755"); err != nil {
		return err
	}
	if err := os.Mkdir(processes, 0o755); err != nil {
		return err
	}
	if err := syscall.Mount("netlab", processes, "proc", 0, ""); err != nil {
		return err
	}
	built := os.Getenv(insideVar)
	if err := os.CopyFS(filepath.Join(labRoot, "programs"), os.DirFS(built)); err != nil {
		return err
	}
	return os.RemoveAll(built)
}

// buildPrograms builds gotong as it is and gotong with a wrong clock.
func buildPrograms(folder string) error {
	if err := build("-o", filepath.Join(folder, "gotong")); err != nil {
		return err
	}
	overlay, err := clockOverlay(folder)
	if err != nil {
		return err
	}
	return build("-overlay", overlay, "-o", filepath.Join(folder, "gotong-1970"))
}

func build(args ...string) error {
	build := exec.Command("go", append(append([]string{"build"}, args...), "gotong/cmd/gotong")...)
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	return build.Run()
}

// program returns the path of a program built for the lab.
func program(name string) string { return filepath.Join(labRoot, "programs", name) }
