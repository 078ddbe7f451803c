"""An analysis that crashes, runs out of memory, never ends or is frozen costs its own job three tries, and no other
job anything (row 14); and the running process is confined."""

import contextlib
import ctypes
import os
import pathlib
import platform
import re
import signal
import subprocess
import time
import unittest

from figures import figure
from glisson_service import BINARY, Service, make_study, wait_until

LEASE = 2
SETTINGS = f"[queue]\nsettle_time = 0\nlease = {LEASE}\n"
LONG = '[analysis]\nprotocol = "pyradiomics-full"\n'


class SystemCallInjection:
    """Makes another process do a system call of our choice in the place of its next one, as injected code would."""

    ATTACH, POKEUSER, SYSCALL, DETACH = 16, 6, 24, 17
    ORIG_RAX = 15 * 8
    WALL = 0x40000000

    def __init__(self):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
        self.libc.ptrace.restype = ctypes.c_long

    def _ptrace(self, request, pid, address=0, data=0):
        if self.libc.ptrace(request, pid, address, data) == -1:
            raise OSError(ctypes.get_errno(), "ptrace")

    def __call__(self, pid, number):
        self._ptrace(self.ATTACH, pid)
        os.waitpid(pid, self.WALL)
        self._ptrace(self.SYSCALL, pid)
        os.waitpid(pid, self.WALL)
        self._ptrace(self.POKEUSER, pid, self.ORIG_RAX, number)
        self._ptrace(self.DETACH, pid)


class Analysis(unittest.TestCase):
    def service(self, settings, **options):
        service = Service(settings, **options)
        self.addCleanup(service.close)
        service.start()
        service.add_pacs()
        self.assertEqual(service.store(self.study(service, "other", "none") / "images")[0], 0)
        return service

    def study(self, service, name, flaw):
        folder = service.home / name
        make_study(folder, name, flaw)
        return folder

    def send_long_work(self, service):
        """A study whose analysis takes seconds and hundreds of megabytes; returns its job."""
        folder = self.study(service, "long", "long_work")
        # The segmentation last: no attempt is spent on waiting for images.
        for part in ("images", "seg.dcm"):
            self.assertEqual(service.store(folder / part)[0], 0)
        return self.job_of(service, "Along")

    def send_other_work(self, service):
        """Quick: the images are here since service()."""
        self.assertEqual(service.store(service.home / "other" / "seg.dcm")[0], 0)
        return self.job_of(service, "Aother")

    def job_of(self, service, accession_number):
        sql = ("select job_id from glisson.job_overview where kind = 'analyse' and "
               f"accession_number = '{accession_number}' order by job_id")
        return wait_until(lambda: service.query(sql), 30, "the job is there")[0][0]

    def state(self, service, job):
        return service.query(f"select state, attempt, coalesce(reason, ''), coalesce(detail, '') "
                             f"from glisson.job where job_id = {job}")[0]

    def running(self, service, job, attempt):
        """Waits until that attempt runs; returns its process."""
        sql = f"select worker from glisson.job where job_id = {job} and state = 'running' and attempt = {attempt}"
        worker = wait_until(lambda: service.query(sql), 60, f"attempt {attempt} runs")[0][0]
        return int(worker.rsplit(":", 1)[1])

    def wait_for_state(self, service, job, state, seconds=120):
        wait_until(lambda: self.state(service, job)[0] == state, seconds, f"job {job} is {state}")
        return self.state(service, job)

    def assert_others_go_on(self, service, other):
        self.wait_for_state(service, other, "done")
        self.assertEqual(service.query("select distinct accession_number from glisson.report_overview"), [["Aother"]])

    def test_a_crash_costs_three_tries_and_no_other_job(self):
        service = self.service(SETTINGS + LONG)
        job = self.send_long_work(service)
        self.running(service, job, 1)
        other = self.send_other_work(service)
        slowest = 0.0
        for attempt in (1, 2, 3):
            os.kill(self.running(service, job, attempt), signal.SIGSEGV)
            died = time.monotonic()
            if attempt < 3:
                self.running(service, job, attempt + 1)
                slowest = max(slowest, time.monotonic() - died)
        _, attempts, reason, detail = self.wait_for_state(service, job, "dead")
        self.assertEqual((attempts, reason), ("3", "process_ended"))
        self.assertIn("signal 11 (SIGSEGV)", detail)
        self.assert_others_go_on(service, other)
        figure(14, "crash_to_next_try", slowest, "s")
        figure(14, "tries_before_dead", attempts, "tries")

    def test_want_of_memory_costs_three_tries_and_no_other_job(self):
        service = self.service(SETTINGS + LONG, wrapper=["prlimit", f"--data={192 << 20}"])
        job = self.send_long_work(service)
        other = self.send_other_work(service)
        _, attempts, reason, detail = self.wait_for_state(service, job, "dead")
        self.assertEqual(attempts, "3", detail)
        self.assertIn(reason, ("out_of_memory", "process_ended"), detail)
        self.assert_others_go_on(service, other)
        figure(14, "tries_without_memory_before_dead", attempts, "tries")

    def test_work_that_does_not_end_costs_three_deadlines_and_no_other_job(self):
        service = self.service(SETTINGS + "job_deadline = 3\n" + LONG)
        job = self.send_long_work(service)
        self.running(service, job, 1)
        began = time.monotonic()
        other = self.send_other_work(service)
        _, attempts, reason, detail = self.wait_for_state(service, job, "dead")
        took = time.monotonic() - began
        self.assertEqual((attempts, reason), ("3", "no_answer"), detail)
        self.assertIn("The deadline passed", detail)
        self.assert_others_go_on(service, other)
        figure(14, "three_deadlines_of_3_s", took, "s")

    def test_a_frozen_process_is_replaced(self):
        service = self.service(SETTINGS + LONG)
        job = self.send_long_work(service)
        os.kill(self.running(service, job, 1), signal.SIGSTOP)
        frozen = time.monotonic()
        self.running(service, job, 2)
        took = time.monotonic() - frozen
        self.assertIn("no sign of life", service.log())
        self.assertLess(took, LEASE + 10)
        self.wait_for_state(service, job, "done")
        figure(14, f"frozen_to_next_try_with_lease_{LEASE}_s", took, "s")

    def test_a_late_one_cannot_commit(self):
        """A whole host is frozen; another one works on the same database and store meanwhile."""
        service = self.service(SETTINGS + LONG)
        job = self.send_long_work(service)
        late = self.running(service, job, 1)
        # The supervisor too: it would end a process that has been frozen for so long.
        for pid in (service.process.pid, late):
            os.kill(pid, signal.SIGSTOP)
        self.addCleanup(service.process.send_signal, signal.SIGCONT)
        frozen = time.monotonic()
        with self.other_host(service):
            self.running(service, job, 2)
            took = time.monotonic() - frozen
            self.wait_for_state(service, job, "done")
        results = service.query("select analysis_id, created_at from glisson.analysis order by 1")
        os.kill(late, signal.SIGCONT)
        # It ends when it renews its lease, or finds at its COMMIT that it is late.
        ended = lambda: pathlib.Path(f"/proc/{late}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
        wait_until(lambda: ended() or "another process has the job" in service.log(), 60, "the late one gives up")
        self.assertEqual(service.query("select analysis_id, created_at from glisson.analysis order by 1"), results)
        self.assertEqual(len(results), 1)
        self.assertEqual(service.query(f"select attempt, outcome from glisson.job_attempt where job_id = {job} order by 1"),
                         [["1", "no_answer"], ["2", "done"]])
        figure(14, f"taken_over_by_another_host_with_lease_{LEASE}_s", took, "s")
        figure(14, "results_committed_by_the_late_one", len(results) - 1, "results")

    @contextlib.contextmanager
    def other_host(self, service):
        """Plays the analysis on a data folder of its own, with the database and store of the first."""
        data = service.home / "second-host"
        data.mkdir(mode=0o755)
        (data / "store").symlink_to(service.data / "store")
        config = service.home / "second-host.toml"
        config.write_text(f'{SETTINGS}{LONG}[database]\nurl = "{service.database_url()}"\n')
        if os.geteuid() == 0:
            subprocess.run(["chown", "-h", "glisson:", data, data / "store"], check=True)
        with open(service.home / "second-host.log", "wb") as log:
            process = subprocess.Popen([BINARY, "serve", "--config", config, "--data", data, "--roles", "analysis"],
                                       stdout=log, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            process.terminate()
            process.wait(60)

    @unittest.skipUnless(os.geteuid() == 0 and platform.machine() == "x86_64", "needs root, to inject system calls")
    def test_the_running_process_is_confined(self):
        service = self.service(SETTINGS + LONG)
        job = self.send_long_work(service)
        pid = self.running(service, job, 1)
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        self.assertRegex(status, r"NoNewPrivs:\s*1\n")
        self.assertRegex(status, r"Seccomp:\s*2\n")
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size\s+0\s+0\s")
        self.assertRegex(limits, rf"Max data size\s+{8 << 30}\s")
        writable = []
        for path in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # It reads images, and closes them again.
                flags = int(re.search(r"flags:\s*(\d+)", pathlib.Path(f"/proc/{pid}/fdinfo/{path.name}").read_text())[1], 8)
                if flags & os.O_ACCMODE != os.O_RDONLY and os.readlink(path).startswith(str(service.data)):
                    writable.append(os.readlink(path))
        self.assertEqual(writable, [], "no file to write to")
        execve = 59
        inject = SystemCallInjection()
        for attempt in (1, 2, 3):
            inject(self.running(service, job, attempt), execve)
        _, _, reason, detail = self.wait_for_state(service, job, "dead")
        self.assertEqual(reason, "sandbox_violation", detail)
        self.assertIn("execve", detail)
        self.assertTrue(re.search("sandbox refused the system call execve", service.log()))


if __name__ == "__main__":
    unittest.main()
