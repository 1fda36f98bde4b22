import DeviceMeasurement
import Foundation
import HardwareProfiles
import NeuralNetworks
import Reports
import Studies

/// What the verbs that work on a study share.
struct StudyCommand {
  static let options = ["--workers", "--threads", "--data"]
  /// What those take that may run the study's commands.
  static let runFlags = [CommandPermission.option]
  static let commandsHelp = """
    --allow-commands   the study's commands (a teacher's program, "measure") may run on this machine:
                       needed once for a folder and its commands. Without it such a study ends with
                       status \(ExitStatus.commandsNotAllowed.rawValue) and says what it would run; AUTODISTILL_ALLOW_COMMANDS=1 allows all
    """
  private static let executorOptions = ["--executor"]
  /// As a usage has them: `local|slurm|command`.
  private static let executorKinds = ExecutorSettings.Kind.allCases.map(\.rawValue)
    .joined(separator: "|")
  static let optionsHelp = """
    --workers N    worker processes, one compute thread each (default: the study's, or one a core);
                   the number does not change any result; the search uses at most search.look_ahead
    --threads N    threads for training the teacher (default: one a core); nor does this
    --data DIR     where the named data set lies, instead of where the study says
    """
  /// What the verbs that run a study take.
  static let runOptions =
    options + executorOptions + ["--max-time", "--max-cpu-hours", "--progress"]
  /// What those take that search.
  static let searchOptions = runOptions + ["--max-trials"]
  /// What those take that train after a study.
  static let attackOptions = options + executorOptions + ["--max-time", "--max-cpu-hours"]
  static let attackOptionsHelp = """
    --workers N    worker processes, one compute thread each (default: the study's, or one a core);
                   changes no result
    --threads N    threads for what is not trained (default: one a core); nor does this
    --data DIR     where the named data set lies, instead of where the study says
    --executor \(executorKinds)   where students are trained (default: what executor in study.json says,
                   or local); changes no result
    --max-time T       wall-clock time of this run: 2h, 90m, 30s, 1h30m; ends it with status \(ExitStatus.limitReached.rawValue),
                       and the same command continues
    --max-cpu-hours H  processor time of this run, all threads and workers together
    \(commandsHelp)
    """
  static let runOptionsHelp = runOptionsHelp(trials: "")
  static let searchOptionsHelp = runOptionsHelp(
    trials: "--max-trials N     flash trials that this run begins\n")

  private static func runOptionsHelp(trials: String) -> String {
    """
    \(optionsHelp)
    --executor \(executorKinds)   where students are trained: processes of this machine, jobs of a Slurm
                   cluster, or workers behind a command (default: what executor in study.json says, or
                   local); changes no result, and may change from run to run

    A limit ends the run with status \(ExitStatus.limitReached.rawValue), everything finished kept and the report written; the same
    command continues, and the study ends with the same front. Flash trainings that run when it is
    reached may end; full ones stop, and continue from their checkpoints.

    --max-time T       wall-clock time of this run, without the time that the machine sleeps: 2h,
                       90m, 30s, 1h30m
    \(trials)--max-cpu-hours H  processor time of this run, all threads and workers together

    \(commandsHelp)

    --progress text|json   json: events on standard output, one JSON object a line, and nothing else
                           there (Results/README.md lists them)
    """
  }

  private(set) var folder: StudyFolder
  let dataFolder: String?
  private let workers: Int?
  private let threads: Int?
  private let executor: ExecutorSettings.Kind?
  private let limits: RunLimits
  private let showsEvents: Bool
  private let permission: CommandPermission

  init(_ arguments: Arguments) throws {
    folder = StudyFolder(arguments.operands[0])
    dataFolder = arguments.value("--data")
    workers = try arguments.integer("--workers", in: 1...1024)
    threads = try arguments.integer("--threads", in: 1...1024)
    executor = try arguments.choice("--executor", of: ExecutorSettings.Kind.self)
    let hours = try arguments.positiveNumber("--max-cpu-hours")
    limits = RunLimits(
      seconds: try arguments.duration("--max-time"),
      trials: try arguments.integer("--max-trials", in: 1...1_000_000),
      processorSeconds: hours.map { 3600 * $0 })
    let progress = arguments.value("--progress") ?? "text"
    guard ["text", "json"].contains(progress) else {
      throw UsageError("--progress: got '\(progress)', expected text or json")
    }
    showsEvents = progress == "json"
    permission = CommandPermission(isGiven: arguments.has(CommandPermission.option))
  }

  /// Reads everything that the study reads, once its commands are known to be allowed.
  ///
  /// - Throws: `CommandRefusal`, and as `StudyInputs.init`.
  func inputs() throws -> StudyInputs {
    try checkCommands()
    return try StudyInputs(folder, dataFolder: dataFolder)
  }

  /// Checks that the study's commands may run.
  ///
  /// - Throws: `CommandRefusal`, and as `StudyDefinition.init`.
  func checkCommands() throws {
    let definition = try StudyDefinition(contentsOf: folder.definition)
    if let note = try permission.check(definition.commands, of: folder) { Terminal.log(note) }
  }

  /// Runs a repetition of the study to its end, within the limits of the whole command. Its commands are the study's, and
  /// as allowed.
  ///
  /// - Parameter meter: Of the command.
  func run(
    _ repetition: StudyRepetition, meter: RunMeter,
    report: @escaping @Sendable (StudyProgress) -> Void
  ) throws {
    var command = self
    command.folder = repetition.folder
    for note in try StudyUpkeep.run(repetition.folder) { report(.note(note)) }
    let inputs = try StudyInputs(repetition.folder, dataFolder: dataFolder)
    var context = try command.contextAfterwards(inputs, report: report)
    context.meter = meter
    _ = try StudyRunner(inputs, context: context).run(through: .distillation)
  }

  /// Runs the study through a stage, writes the report and says what to do next.
  func run(through stage: StudyRunner.Stage) throws -> ExitStatus {
    let meter = RunMeter()
    let output: any StudyOutput = showsEvents ? ProgressEvents(meter) : ProgressDisplay()
    do {
      let (status, message) = try run(through: stage, meter, output)
      if let message { status.isPause ? Terminal.log(message) : Terminal.error(message) }
      output.end(status, message: message)
      if let failure = output.failure {
        Terminal.error("standard output: events are missing, cannot write: \(failure)")
        return status == .success ? .failed : status
      }
      return status
    } catch {
      output.finish()
      output.end(ExitStatus(error), message: "\(error)")
      throw error
    }
  }

  private func run(
    through stage: StudyRunner.Stage, _ meter: RunMeter, _ output: any StudyOutput
  ) throws -> (ExitStatus, message: String?) {
    // A folder without a study is left alone.
    _ = try StudyFiles(folder)
    try ResourceCheck.run(threads: threads ?? HostMachine.usableCores())
    let upkeep = try StudyUpkeep.run(folder)
    let inputs = try inputs()
    Interruption.stopAtNextSafeMoment()
    var context = context(inputs, report: output.show)
    try choose(inputs, for: &context)
    (context.limits, context.meter) = (limits, meter)
    output.begin(inputs, context)
    for note in upkeep { output.show(.note(note)) }
    let state: StudyState
    do {
      state = try StudyRunner(inputs, context: context).run(through: stage)
    } catch let error as StudyError {
      guard ExitStatus(error).isPause else { throw error }
      output.finish()
      try writeReport(inputs.files, Journal.state(of: folder), output, next: command(stage))
      return (ExitStatus(error), "\(error). To continue: \(command(stage))")
    }
    output.finish()
    let report = try writeReport(inputs.files, state, output)
    if let nothing = state.nothingFeasible {
      return (.nothingFeasible, sentences(nothing, report).joined(separator: "\n"))
    }
    if stage == .distillation && StudyResults(inputs.definition, state).students.isEmpty {
      return (.failed, "every full training failed; the report lists them")
    }
    return (.success, nil)
  }

  /// Prints what has been found of the study after its end, and writes its report again with it.
  func show(_ found: some FoundReport, asJSON: Bool) throws {
    let place = try refreshReport()
    if asJSON {
      Terminal.print(try found.json())
    } else {
      Terminal.print(found.lines.joined(separator: "\n"))
      Terminal.print(place)
    }
  }

  /// Writes the report again, if there is one, with what has been found of the study since.
  ///
  /// - Returns: Where it is, or how to get one, as a line for the user.
  private func refreshReport() throws -> String {
    guard FileManager.default.fileExists(atPath: folder.report) else {
      return "report:  none yet; \(CommandText.of(ReportVerb.self, folder.path)) writes it"
    }
    try report(StudyFiles(folder), Journal.state(of: folder)).report.write(into: folder.report)
    return "report:  \(folder.report)/index.html"
  }

  /// Returns how what comes after a study is run, stopped and shown: where its trainings were, within the run's
  /// limits.
  func contextAfterwards(
    _ inputs: StudyInputs, report: @escaping @Sendable (StudyProgress) -> Void
  ) throws -> StudyContext {
    try ResourceCheck.run(threads: threads ?? HostMachine.usableCores())
    Interruption.stopAtNextSafeMoment()
    var context = context(inputs, report: report)
    try choose(inputs, for: &context)
    context.limits = limits
    return context
  }

  /// Returns how what is read from the folder is run, stopped and shown.
  func context(
    _ inputs: StudyInputs, report: @escaping @Sendable (StudyProgress) -> Void
  ) -> StudyContext {
    let cores = HostMachine.usableCores()
    return StudyContext(
      version: ProgramVersion.current, workerCommand: workerCommand,
      workerSettings: WorkerSettings(
        limits: inputs.definition.trialLimits, logs: inputs.folder.logs),
      workers: workers ?? inputs.definition.workers ?? cores, threads: threads ?? cores,
      report: report, isCancelled: { Interruption.isRequested })
  }

  /// Has the run's tasks executed where `study.json` or the command line says.
  private func choose(_ inputs: StudyInputs, for context: inout StudyContext) throws {
    let settings = inputs.definition.executor
    let chosen = try executor.map { try settings.choosing($0, in: folder) } ?? settings
    if let count = workers ?? chosen.workers { context.workers = count }
    context.execute(
      as: chosen, workerCommand: remoteWorkerCommand,
      workerSettings: WorkerSettings(limits: inputs.definition.trialLimits, logs: folder.logs),
      in: folder)
  }

  /// Returns the report of what is known, and the results that it is made from.
  func report(
    _ files: StudyFiles, _ state: StudyState
  ) -> (report: StudyReport, results: StudyResults) {
    (
      StudyReport(of: folder, files, state, version: ProgramVersion.current),
      StudyResults(files.calibrated(by: state).definition, state)
    )
  }

  /// Writes the report and tells what is in it.
  ///
  /// - Parameters:
  ///   - path: The report's folder; nil for the study's own.
  ///   - next: What comes next; nil for what the report says of it.
  @discardableResult
  func writeReport(
    _ files: StudyFiles, _ state: StudyState, _ output: any StudyOutput = ProgressDisplay(),
    into path: String? = nil, next: String? = nil
  ) throws -> StudyReport {
    let (report, results) = report(files, state)
    let path = path ?? folder.report
    try report.write(into: path)
    output.tell(
      report, in: path, next: next ?? self.next(report, results, state, files.definition.precision))
    return report
  }

  /// Returns what to do with a study's results.
  private func next(
    _ report: StudyReport, _ results: StudyResults, _ state: StudyState, _ precision: Precision
  ) -> String {
    let front = results.students.filter(\.isOnFront)
    // Of a student that was trained elsewhere there is nothing to export.
    let best = results.mostAccurate { folder.keeps($0.key, in: precision) }
    if let best {
      return CommandText.of(
        ExportVerb.self, folder.path, best.key, "--format",
        precision == .int8 ? "tflite" : "safetensors", dataFolder: dataFolder)
    }
    if !front.isEmpty && report.missing.isEmpty {
      return CommandText.of(ReportVerb.self, folder.path, "--terminal")
    }
    if state.nothingFeasible != nil || !results.demoted.isEmpty
      || report.missing.isEmpty && results.students.contains(where: \.isBelowFloor)
    {
      return "loosen a constraint in a copy of \(folder.definition)"
    }
    return command(.distillation)
  }

  private func sentences(
    _ nothing: JournalEvent.NothingFeasible, _ report: StudyReport
  ) -> [String] {
    guard let nearest = nothing.leastInfeasible.first else {
      return ["no student meets the constraints"]
    }
    let lack = (try? Constraint(nearest.binding)).flatMap { constraint in
      constraint.metric.metric == .missingOperators
        ? nearest.costs.lack(on: constraint.metric) : nil
    }
    let first =
      lack.map {
        "no student meets the constraints: the nearest one, \(nearest.key), cannot run: \($0)"
      }
      ?? String(
        format: "no student meets the constraints: the nearest one, %@, breaks %@ by %.1f %%",
        nearest.key, nearest.binding, 100 * nearest.excess)
    return [first] + report.infeasibility
  }

  /// Returns the command that takes the study through a stage.
  private func command(_ stage: StudyRunner.Stage) -> String {
    CommandText.of(
      stage == .distillation ? RunVerb.self : SearchVerb.self, folder.path, dataFolder: dataFolder)
  }

  /// The worker's command with paths that lead there from everywhere.
  private var remoteWorkerCommand: [String] {
    func absolute(_ path: String) -> String {
      URL(filePath: path).resolvingSymlinksInPath().path
    }
    let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
    return [absolute(program), WorkerVerb.name, absolute(folder.path)]
      + (dataFolder.map { ["--data", absolute($0)] } ?? [])
  }

  private var workerCommand: [String] {
    let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
    return [program, WorkerVerb.name, folder.path]
      + (dataFolder.map { ["--data", $0] } ?? [])
  }
}
