import Datasets
import FileFormats
import Monitoring
import Studies

/// `autodistill monitor STUDY KEY`
struct MonitorVerb: Verb {
  static let name = "monitor"
  static let summary = "says whether new images are still like those that a student was judged by"
  static let operands = ["STUDY", "KEY"]
  static let options = [
    "--images", "--labels", "--teacher-images", "--output", "--redistill", "--data",
  ]
  static let flags = ["--json"]
  static let help = """
    USAGE: autodistill monitor STUDY KEY --images NEW.npy [--labels LABELS.npy] [--json] [--output FILE]
             [--teacher-images N] [--redistill DIR] [--data DIR]

    Compares images that the student KEY (or best) has met in use, and what it says of them, with the
    validation split, and says ok, watch or drifted with the evidence: brightness, contrast, noise and
    channels of the images, confidences, margins and classes of the answers, what the last layer
    sees, how often student and teacher agree, and with labels the accuracy. p-values are corrected for the number of
    tests (Holm). watch: a change that chance does not explain (p < \(rule.watchLevel)). drifted: a large one (p < \(rule.driftLevel)).
    At least \(DriftRule.fewestImages) images are needed; 500 show a class that has become twice as frequent.

    The student's reference statistics are made of the validation split by the first call, and kept in
    candidates/KEY/reference.safetensors. KEY is the student in what the study computes in; int8
    answers in int8.

    Status 0: ok. \(ExitStatus.watched.rawValue): watch. \(ExitStatus.drifted.rawValue): drifted. The same with --redistill, if the study was written.

    --images FILE         images as the study's, with pixels in the same unit: NPY, NPZ or IDX
    --labels FILE         their classes, as far as they are known: −1 (or nothing, in a CSV file) where not
    --teacher-images N    of how many images the teacher is asked, if it can be (default 500; 0: none)
    --json                the result as JSON, whose members Results/README.md documents
    --output FILE         writes the JSON to a file as well
    --redistill DIR       writes a new study to the folder DIR: the same question, the old training images
                          and the new ones (without labels the teacher answers), warm-started from this one.
                          Its validation images are the old ones, so for its students, too, these images differ
    --data DIR            where the named data set lies, instead of where the study says
    """
  private static let rule = DriftRule()

  private let folder: StudyFolder
  private let key: String
  private let images: String
  private let labels: String?
  private let teacherImages: Int
  private let isJSON: Bool
  private let output: String?
  private let newStudy: String?
  private let dataFolder: String?

  init(_ arguments: Arguments) throws {
    folder = StudyFolder(arguments.operands[0])
    key = arguments.operands[1]
    images = try arguments.required("--images", "NEW.npy", for: MonitorVerb.self)
    labels = arguments.value("--labels")
    teacherImages = try arguments.integer("--teacher-images", in: 0...1_000_000) ?? 500
    isJSON = arguments.has("--json")
    output = arguments.value("--output")
    newStudy = arguments.value("--redistill")
    dataFolder = arguments.value("--data")
  }

  func run() throws -> ExitStatus {
    let monitor = try StudentMonitor(key, in: folder, dataFolder: dataFolder)
    if let note = monitor.student.growthNote { Terminal.log("note: \(note)") }
    let new = try NewImages(images, labels: labels, like: monitor.student.dataset)
    let outcome = try monitor.compare(new, teacherImages: teacherImages)
    let text = MonitorOutput(outcome, of: monitor.student, folder, images: new)
    if isJSON {
      Terminal.print(text.json)
    } else {
      for line in text.lines { Terminal.print(line) }
    }
    if let output { try AtomicFile.write(text.json + "\n", to: output) }
    if let newStudy {
      let written = try Redistillation(of: monitor.student, on: new).write(to: newStudy)
      // Standard output is the JSON's alone.
      let say: (String) -> Void = isJSON ? { Terminal.log($0) } : { Terminal.print($0) }
      say(
        "study:     \(StudyFolder(newStudy).definition): \(written.oldImages) training images as before, "
          + "\(written.newImages) new ones, \(written.unlabeled) of them without a label")
      if written.unlabeled > 0,
        let agreement = outcome.report.findings.first(where: { $0.name == "teacher_agreement" }),
        agreement.verdict != .unchanged, agreement.after ?? 0 < agreement.before ?? 0
      {
        say(
          "note:      student and teacher agree on fewer of these images than before, so the teacher may be "
            + "wrong on images without a label, which students learn from it: --labels says what they are"
        )
      }
      say("next:      \(CommandText.of(RunVerb.self, newStudy))")
    } else if outcome.report.verdict != .unchanged, !isJSON {
      Terminal.print(
        "next:      the same with --redistill DIR, for a study that also learns from these images")
    }
    switch outcome.report.verdict {
    case .unchanged: return .success
    case .watch: return .watched
    case .drifted: return .drifted
    }
  }
}
