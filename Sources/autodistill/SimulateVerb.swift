import BayesianOptimization
import Benchmarks
import FileFormats
import Foundation
import Reports
import Studies

/// `autodistill simulate STUDY`
struct SimulateVerb: Verb {
  static let name = "simulate"
  static let summary = "how long a study would take with how many workers, before renting them"
  static let operands = ["STUDY"]
  static let options = [
    "--workers", "--trials", "--look-ahead", "--sampler", "--mean-trial", "--spread",
    "--full-minutes", "--failures", "--keep", "--data",
  ]
  static let flags = ["--json"]
  static let help = """
    USAGE: autodistill simulate STUDY [--workers N,N,…] [--mean-trial T] [--spread S] [--full-minutes M]
           [--failures P%] [--trials N] [--look-ahead Q] [--sampler NAME] [--keep DIR] [--data DIR] [--json]

    Runs the study's search and full trainings from the start with workers that train nothing: a training
    takes simulated time and comes to a made-up accuracy. Proposing, pricing, recording, auditing and
    choosing are real, so what the process that runs the study takes is measured. The study itself is only
    read. Not simulated: the teacher's training, corrupted images, measuring on the device.

    Says for each number of workers how long the study takes, how many worker hours that is, which share of
    them is spent training, and how much is waiting: because search.look_ahead allows no more, or at the end
    of the search, of audits and of rounds. Names the number of workers beyond which more are hardly worth
    it, and the look-ahead that would keep them busy.

    How long trainings take comes from the study's journal where it has flash results: by the students' MACs,
    with the spread found there. Students that the journal knows have its accuracies.

    --workers N,N,…   the numbers of workers to compare (default: 1,10,100,1000)
    --mean-trial T    what a flash trial takes in the mean, such as 90s; needed before there are results
    --spread S        the standard deviation of the logarithm of that, whatever the student
                      (default: the journal's, or \(SimulationSettings.usualSpread))
    --full-minutes M  what a full training takes in the mean (default: the journal's, or in proportion);
                      each one of a chain of teachers takes as long again
    --failures P%     how many executions die, by themselves or because the machine is taken away: a flash
                      training begins anew, a full one from its last checkpoint, and what dies twice has
                      crashed (default: 0%)
    --trials N, --look-ahead Q, --sampler NAME   instead of what study.json says
    --keep DIR        leaves the simulated study there, to try report, status and watch on it
    --data DIR        where the named data set lies, instead of where the study says
    --json            one JSON object, whose members Results/README.md documents
    """

  private let folder: StudyFolder
  private let dataFolder: String?
  private let keptFolder: String?
  private let settings: SimulationSettings
  private let isJSON: Bool

  init(_ arguments: Arguments) throws {
    folder = StudyFolder(arguments.operands[0])
    dataFolder = arguments.value("--data")
    keptFolder = arguments.value("--keep")
    isJSON = arguments.has("--json")
    var settings = SimulationSettings(workers: try SimulateVerb.workers(arguments))
    settings.trials = try arguments.integer("--trials", in: 1...1_000_000)
    settings.lookAhead = try arguments.integer("--look-ahead", in: 1...1_000_000)
    settings.sampler = try SimulateVerb.sampler(arguments)
    settings.meanTrialSeconds = try arguments.duration("--mean-trial")
    settings.spread = try arguments.number("--spread", in: 0...3)
    if let minutes = try arguments.number("--full-minutes", atLeast: 0) {
      guard minutes > 0 else {
        throw UsageError("--full-minutes: got '0', expected a number above 0")
      }
      settings.fullSeconds = 60 * minutes
    }
    settings.failures = try SimulateVerb.failures(arguments)
    self.settings = settings
  }

  private static func workers(_ arguments: Arguments) throws -> [Int] {
    let text = arguments.value("--workers") ?? "1,10,100,1000"
    let counts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard counts.allSatisfy({ (1...100_000).contains($0) }) else {
      throw UsageError(
        "--workers: got '\(text)', expected whole numbers from 1 to 100000 with commas between them, "
          + "such as 1,10,100")
    }
    return Set(counts).sorted()
  }

  private static func sampler(_ arguments: Arguments) throws -> SamplerKind? {
    guard let name = arguments.value("--sampler") else { return nil }
    guard let kind = SamplerKind(rawValue: name) else {
      let known = SamplerKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("--sampler: got '\(name)', expected one of \(known)")
    }
    return kind
  }

  private static func failures(_ arguments: Arguments) throws -> Double {
    guard let text = arguments.value("--failures") else { return 0 }
    guard text.hasSuffix("%"), let percent = DecimalNumber.value(of: text.dropLast()),
      (0...100).contains(percent)
    else {
      throw UsageError(
        "--failures: got '\(text)', expected a percentage from 0% to 100%, such as 1%")
    }
    return percent / 100
  }

  func run() throws -> ExitStatus {
    Interruption.install()
    let scratch = try makeFolder()
    defer { if keptFolder == nil { try? FileManager.default.removeItem(atPath: scratch.path) } }
    let simulation = try StudySimulation(folder, dataFolder: dataFolder, settings, in: scratch)
    ProcessMemory.resetPeak()
    let before = ProcessMemory.peakBytes
    let display = ProgressDisplay()
    defer { display.finish() }
    let outcome = try simulation.run(
      version: ProgramVersion.current,
      report: { progress in if case .advance = progress { display.show(progress) } },
      isCancelled: { Interruption.isRequested })
    display.finish()
    let report = SimulationReport(
      outcome, peakMemoryBytes: ProcessMemory.peakBytes, bytesBefore: before)
    Terminal.print(isJSON ? report.json : report.text)
    return .success
  }

  /// Returns the folder that the simulated study is written to.
  private func makeFolder() throws -> StudyFolder {
    guard let keptFolder else {
      let parent = FileManager.default.temporaryDirectory
      let path = parent.appending(path: "autodistill-simulation-\(UUID().uuidString)").path
      try Folder.create(path)
      return StudyFolder(path)
    }
    guard !FileManager.default.fileExists(atPath: keptFolder) else {
      throw UsageError("--keep: '\(keptFolder)' exists, expected a new folder", SimulateVerb.self)
    }
    try Folder.create(keptFolder)
    return StudyFolder(keptFolder)
  }
}
