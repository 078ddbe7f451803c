"""Bad input as users meet it: each ends in an enumerated reason, and nothing received is lost or altered."""

import hashlib
import subprocess
import unittest

from figures import figure
from glisson_service import Service, make_study, wait_until
from raw_peer import RawPeer, data_set_of, store_file

SETTINGS = "[queue]\nsettle_time = 1\nincomplete_after = 2\n"

# What is wrong, and the reason that the analysis of the study ends with.
FLAWS = {
    "missing_slice": "incomplete_series",
    "no_references": "missing_attribute",
    "no_segment_of_interest": "no_segment_of_interest",
    "undecoded_images": "unsupported_transfer_syntax",
    "jpeg_of_another_size": "corrupt_pixel_data",
    "truncated_jpeg": "corrupt_pixel_data",
    "compressed_mask": "unsupported_transfer_syntax",
    "secondary_capture": "unsupported_sop_class",
    "duplicate_position": "duplicate_positions",
    "mixed_orientation": "mixed_orientation",
    "mixed_pixel_spacing": "mixed_spacing",
    "short_image_pixels": "truncated_pixel_data",
    "truncated_image": "truncated_pixel_data",
    "absurd_rows_and_columns": "truncated_pixel_data",
    "fractional_mask": "fractional_segmentation",
    "mask_of_another_patient": "patient_mismatch",
    "lossy_images": "lossy_compression",
    "mask_off_grid": "segmentation_off_grid",
    "mask_of_other_spacing": "segmentation_off_grid",
    "short_mask_pixels": "truncated_pixel_data",
    "truncated_mask": "truncated_pixel_data",
    "absurd_number_of_frames": "truncated_pixel_data",
}


def files_of(folder):
    """The images in the order of their names, then the segmentation."""
    return sorted((folder / "images").iterdir()) + [folder / "seg.dcm"]


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service(SETTINGS)
        cls.addClassCleanup(cls.service.close)
        cls.service.start()
        cls.service.add_pacs()

    def study(self, flaw, name=None):
        """A synthetic study with one thing wrong; its accession number is "A" + name."""
        name = name or flaw
        folder = self.service.home / f"{name}-{flaw}"
        make_study(folder, name, flaw)
        return folder

    def send(self, path):
        return store_file(self.service.port, path)

    def send_all(self, folder):
        for path in files_of(folder):
            self.assertEqual(self.send(path), 0, path)

    def jobs(self):
        """Those of `glisson job list` by accession number, kind and state."""
        sql = "select accession_number, kind, state, reason, job_id from glisson.job_overview order by job_id"
        return self.service.query(sql)

    def ended(self, name, kind="analyse"):
        """The row of the job of a study, once it has ended."""
        def find():
            rows = [row for row in self.jobs() if row[:2] == ["A" + name, kind] and row[2] in ("done", "dead")]
            return rows[-1] if rows else None
        return wait_until(find, 60, f"the {kind} job of {name} has ended")

    def assert_shown(self, job, *words):
        shown = self.service.command("job", "show", job)
        for word in words:
            self.assertIn(word, shown)

    def test_each_flaw_ends_in_its_reason(self):
        folders = {flaw: self.study(flaw) for flaw in FLAWS}
        for folder in folders.values():
            self.send_all(folder)
        for flaw, reason in FLAWS.items():
            with self.subTest(flaw):
                job = self.ended(flaw)
                self.assertEqual(job[2:4], ["dead", reason])
                self.assert_shown(job[4], reason)
        # Numbers beyond all sizes, and pixels of another one: what measures them goes on, and so does what receives.
        beyond = ("absurd_number_of_frames", "absurd_rows_and_columns", "jpeg_of_another_size", "truncated_jpeg")
        self.assertTrue(self.service.echo())
        figure(9, "pixel_data_that_lie_with_their_reason", sum(self.ended(flaw)[3] == FLAWS[flaw] for flaw in beyond),
               f"of_{len(beyond)}")
        ended = self.service.log().count("ended by signal")
        figure(9, "processes_ended_by_pixel_data_that_lie", ended, "processes")
        self.assertEqual(ended, 0)
        figure(16, "flaws_with_their_reason", sum(self.ended(flaw)[3] == FLAWS[flaw] for flaw in FLAWS), f"of_{len(FLAWS)}")
        self.assert_shown(self.ended("missing_slice")[4], "incomplete: 4 of 5 images")
        self.assert_shown(self.ended("undecoded_images")[4], "cannot be decoded")
        reported = {number for (number,) in self.service.query("select accession_number from glisson.report_overview")}
        figure(16, "flawed_studies_with_a_report", len(reported & {"A" + flaw for flaw in FLAWS}), "studies")
        self.assertEqual(reported & {"A" + flaw for flaw in FLAWS}, set())
        self.assert_kept(path for folder in folders.values() for path in files_of(folder))

    def assert_kept(self, paths):
        """Every data set lies in the store, bit for bit."""
        kept = {hashlib.sha256(data_set_of(path)).hexdigest()
                for path in (self.service.data / "store" / "instances").rglob("*.dcm")}
        for path in paths:
            self.assertIn(hashlib.sha256(data_set_of(path)).hexdigest(), kept, path)

    def test_a_lesion_that_cannot_be_measured_is_in_the_report_with_its_reason(self):
        for flaw in ("empty_lesion", "one_voxel_lesion", "padded_lesion"):
            self.send_all(self.study(flaw))
            self.assertEqual(self.ended(flaw)[2], "done")
        [[why]] = self.service.query("select not_measured from glisson.measured_region "
                                     "where accession_number = 'Apadded_lesion' and role = 'lesion'")
        self.assertTrue(why.startswith("padded_region"), why)
        sent = ("select sop_instance_uid from glisson.report_overview "
                "where accession_number = 'Aempty_lesion' and sent_at is not null")
        [[uid]] = wait_until(lambda: self.service.query(sent), 30, "the report at the PACS")
        report = next(path for path in self.service.pacs.received() if uid in path.name)
        text = subprocess.run(["dsrdump", "-Er", str(report)], capture_output=True, text=True).stdout
        self.assertIn("empty_region", text)
        [[undefined, defined]] = self.service.query(
            "select count(*) filter (where value is null and reason is not null), count(value) "
            "from glisson.feature_value where accession_number = 'Aone_voxel_lesion' and label = 'Lesion'")
        self.assertGreater(int(undefined), 0)
        self.assertGreater(int(defined), 0)

    def test_what_is_no_data_set_is_refused_kept_and_shown(self):
        refused = {"not DICOM": (b"GIF89a" + bytes(range(256)) * 40, None),
                   "malformed series UID": (None, files_of(self.study("malformed_series_uid"))[0]),
                   "other instance UID": (None, files_of(self.study("none", "mismatch"))[0])}
        before = self.service.query("select count(*) from glisson.instance")
        with RawPeer(self.service.port) as peer:
            for name, (content, path) in refused.items():
                with self.subTest(name):
                    data_set = content or data_set_of(path)
                    status = peer.store("1.2.3.4", data_set)
                    self.assertIn(status >> 12, (0xA, 0xC))
        self.assertEqual(self.service.query("select count(*) from glisson.instance"), before)
        kept = {data_set_of(path) for path in (self.service.data / "store" / "refused").iterdir()}
        self.assertEqual(kept, {content or data_set_of(path) for content, path in refused.values()})
        jobs = [row for row in self.jobs() if row[1] == "ingest"]
        self.assertEqual(len(jobs), 3)
        for row in jobs:
            self.assert_shown(row[4], row[3])
        # Bytes without a header are read as a data set that contradicts itself, breaks off or lacks its UIDs.
        self.assertEqual({row[3] for row in jobs} - {"inconsistent_lengths", "truncated_data_set", "missing_attribute"},
                         {"invalid_uid", "uid_mismatch"})

    def test_one_uid_twice(self):
        self.send_all(self.study("none", "conflict"))
        self.assertEqual(self.ended("conflict")[2], "done")
        with self.subTest("a corrected header is a revision"):
            self.send(files_of(self.study("other_header", "conflict"))[0])
            self.assertEqual(self.ended("conflict", "compare")[2], "done")
            self.assertEqual(self.states(), {"current": 6, "superseded": 1})
        with self.subTest("other pixels are quarantined"):
            other = files_of(self.study("other_pixels", "conflict"))[0]
            self.assertEqual(self.send(other), 0)
            wait_until(lambda: self.ended("conflict", "compare")[2] == "dead", 30, "the comparison has ended")
            self.assert_shown(self.ended("conflict", "compare")[4], "conflicting_instances", "quarantined")
            self.assertEqual(self.states(), {"current": 6, "superseded": 1, "quarantined": 1})
            self.assertIn("in conflict", self.service.command("explain", "Aconflict"))
        with self.subTest("what cannot be compared is quarantined too"):
            self.send(files_of(self.study("short_image_pixels", "conflict"))[1])
            wait_until(lambda: self.states().get("quarantined") == 2, 30, "the comparison has ended")
            self.assert_shown(self.ended("conflict", "compare")[4], "conflicting_instances", "truncated_pixel_data")
        self.assert_kept([other])

    def states(self):
        return {state: int(count) for state, count in
                self.service.query("select i.state, count(*) from glisson.instance i join glisson.series "
                                   "using (series_id) join glisson.study using (study_id) "
                                   "where accession_number = 'Aconflict' group by 1")}


if __name__ == "__main__":
    unittest.main()
