import Foundation
import HardwareProfiles
import Reports
import Studies

/// What the verbs that work on a study share.
struct StudyCommand {
  static let options = ["--workers", "--threads", "--data"]
  static let optionsHelp = """
    --workers N    worker processes, one compute thread each (default: the study's, or one a core);
                   the number does not change any result; the search uses at most search.look_ahead
    --threads N    threads for training the teacher (default: one a core); nor does this
    --data DIR     where the named data set lies, instead of where the study says
    """

  let folder: StudyFolder
  let dataFolder: String?
  private let workers: Int?
  private let threads: Int?

  init(_ arguments: Arguments) throws {
    folder = StudyFolder(arguments.operands[0])
    dataFolder = arguments.value("--data")
    workers = try arguments.integer("--workers", in: 1...1024)
    threads = try arguments.integer("--threads", in: 1...1024)
  }

  /// Runs the study through a stage, writes the report and says what to do next.
  func run(through stage: StudyRunner.Stage) throws -> ExitStatus {
    Interruption.install()
    let inputs = try StudyInputs(folder, dataFolder: dataFolder)
    let display = ProgressDisplay()
    let state: StudyState
    do {
      state = try StudyRunner(inputs, context: context(inputs, display)).run(through: stage)
      display.finish()
    } catch StudyError.interrupted {
      display.finish()
      Terminal.log(
        "interrupted; everything finished is kept. To continue: autodistill \(verb(stage)) "
          + folder.path)
      return .interrupted
    }
    let report = try writeReport(inputs.files, state)
    if let nothing = state.nothingFeasible {
      sayNothingFeasible(nothing, report)
      return .nothingFeasible
    }
    if stage == .distillation && StudyResults(inputs.definition, state).students.isEmpty {
      Terminal.error("every full training failed; the report lists them")
      return .failed
    }
    return .success
  }

  /// Returns how what is read from the folder is run, stopped and shown.
  func context(_ inputs: StudyInputs, _ display: ProgressDisplay) -> StudyContext {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return StudyContext(
      version: ProgramVersion.current, workerCommand: workerCommand,
      workers: workers ?? inputs.definition.workers ?? cores, threads: threads ?? cores,
      report: display.show, isCancelled: { Interruption.isRequested })
  }

  @discardableResult
  func writeReport(_ files: StudyFiles, _ state: StudyState) throws -> StudyReport {
    let files = files.calibrated(by: state)
    let results = StudyResults(files.definition, state)
    let report = StudyReport(
      definition: files.definition, state: state, results: results, space: files.space,
      profiles: files.profiles, version: ProgramVersion.current)
    try report.write(into: folder.report)
    for line in report.budgets { Terminal.print("budget:  \(line)") }
    Terminal.print("report:  \(folder.report)/index.html")
    Terminal.print("front:   \(folder.report)/front.csv")
    if let best = results.students.filter(\.isOnFront).max(by: {
      $0.validationAccuracy < $1.validationAccuracy
    }) {
      Terminal.print(
        "next:    autodistill export \(folder.path) \(best.key) --format safetensors")
    } else if state.nothingFeasible != nil || !results.demoted.isEmpty
      || report.missing.isEmpty && results.students.contains(where: \.isBelowFloor)
    {
      Terminal.print("next:    loosen a constraint in a copy of \(folder.definition)")
    } else {
      Terminal.print("next:    autodistill run \(folder.path)")
    }
    return report
  }

  private func sayNothingFeasible(
    _ nothing: JournalEvent.NothingFeasible, _ report: StudyReport
  ) {
    guard let nearest = nothing.leastInfeasible.first else {
      Terminal.error("no student meets the constraints")
      return
    }
    Terminal.error(
      String(
        format: "no student meets the constraints: the nearest one, %@, breaks %@ by %.1f %%",
        nearest.key, nearest.binding, 100 * nearest.excess))
    for line in report.infeasibility { Terminal.log(line) }
  }

  private func verb(_ stage: StudyRunner.Stage) -> String {
    stage == .distillation ? RunVerb.name : SearchVerb.name
  }

  private var workerCommand: [String] {
    let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
    return [program, WorkerVerb.name, folder.path]
      + (dataFolder.map { ["--data", $0] } ?? [])
  }
}
