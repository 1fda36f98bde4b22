import CPlatform
import Foundation

/// The `autodistill` command: finds the verb and runs it.
@main
struct AutoDistillCommand {
  /// The verbs in the order of the help text.
  static var verbs: [any Verb.Type] {
    [
      RunVerb.self, SearchVerb.self, DistillVerb.self, StatusVerb.self, WatchVerb.self,
      SimulateVerb.self, ReportVerb.self, VerifyVerb.self, LeakageVerb.self, StabilityVerb.self,
      CompareVerb.self, CheckVerb.self,
      EnqueueVerb.self, AskVerb.self,
      TellVerb.self, MergeVerb.self, ExportVerb.self, RollbackVerb.self, MonitorVerb.self,
      ProfileMeasureVerb.self,
      ProfileFitVerb.self, ProfileCheckVerb.self, ProfileSuggestVerb.self,
      ProfilePredictVerb.self, ProfileCompareVerb.self, BenchVerb.self, BenchTrainingVerb.self,
      BenchInferenceVerb.self, BenchAccuracyVerb.self, BenchProposalsVerb.self,
      BenchFlashVerb.self, BenchHardwareVerb.self, BenchTeacherVerb.self,
      BenchQuantizationVerb.self, ReplayVerb.self,
      DataImportVerb.self, DataDescribeVerb.self, DataSplitVerb.self,
      TeacherCheckVerb.self, TeacherRunVerb.self, TeacherVerifyVerb.self,
    ]
  }

  static func main() {
    LinearAlgebraThreads.useOne()
    StandardStreams.reserve()
    // A reader that has gone, such as `head`, is an error to report and not a signal to die of.
    signal(SIGPIPE, SIG_IGN)
    // So is a file that may not grow further (`ulimit -f`).
    signal(SIGXFSZ, SIG_IGN)
    Interruption.install()
    ResourceCheck.endInWords()
    let status = run(Array(CommandLine.arguments.dropFirst()))
    exit(status.rawValue)
  }

  static func run(_ arguments: [String]) -> ExitStatus {
    guard platform_compiled_level() <= platform_processor_level() else {
      Terminal.error(
        "this binary was built for a processor with wider vectors (level "
          + "\(platform_compiled_level()), this one has \(platform_processor_level())): rebuild "
          + "with AUTODISTILL_MARCH=x86-64-v\(platform_processor_level())")
      return .badUsage
    }
    guard let name = arguments.first, !["--help", "-h", "help"].contains(name) else {
      // "help run" is "run --help".
      if arguments.first == "help", arguments.count > 1, !arguments[1].hasPrefix("-") {
        return run(Array(arguments.dropFirst()) + ["--help"])
      }
      Terminal.print(help)
      return arguments.isEmpty ? .badUsage : .success
    }
    if name == "--version" {
      return printVersion(Array(arguments.dropFirst()))
    }
    let rest = Array(arguments.dropFirst())
    if name == WorkerVerb.name { return perform(WorkerVerb.self, rest) }
    // A verb's name is one word, or two as in "profile fit".
    let longName = arguments.prefix(2).joined(separator: " ")
    if let verb = verbs.first(where: { $0.name == longName }), arguments.count > 1 {
      return perform(verb, Array(rest.dropFirst()))
    }
    if let verb = verbs.first(where: { $0.name == name }) { return perform(verb, rest) }
    let parts = verbs.filter { $0.name.hasPrefix("\(name) ") }
    if !parts.isEmpty, rest.contains("--help") || rest.contains("-h") {
      Terminal.print(parts.map { $0.help }.joined(separator: "\n\n"))
      return .success
    }
    let known = (parts.isEmpty ? verbs : parts).map { $0.name }.joined(separator: ", ")
    Terminal.error(
      "unknown command '\(parts.isEmpty ? name : longName)', expected one of \(known); "
        + "see autodistill --help")
    return .badUsage
  }

  /// `--version`, and with `--json` what the binary contains.
  private static func printVersion(_ options: [String]) -> ExitStatus {
    switch options {
    case []: Terminal.print("autodistill \(ProgramVersion.current)")
    case ["--json"]: Terminal.print(BillOfMaterials().json)
    default:
      Terminal.error(
        "--version: got '\(options.joined(separator: " "))', expected nothing or --json")
      return .badUsage
    }
    return .success
  }

  private static func perform(_ verb: any Verb.Type, _ arguments: [String]) -> ExitStatus {
    if arguments.contains("--help") || arguments.contains("-h") {
      Terminal.print(verb.help)
      return .success
    }
    do {
      return try verb.init(Arguments(arguments, verb: verb)).run()
    } catch {
      Terminal.error("\(error)")
      return ExitStatus(error)
    }
  }

  private static var help: String {
    let width = verbs.map { $0.name.count }.max() ?? 0
    return """
      autodistill \(ProgramVersion.current): distils a trained teacher into small students for a device budget

      USAGE: autodistill COMMAND …

      \(verbs.map { "  " + $0.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.summary }
      .joined(separator: "\n"))

      autodistill COMMAND --help says more. autodistill --version --json lists what the program contains and
      how it was built (CycloneDX 1.5).

      EXIT STATUS
      \(ExitStatus.allCases.map { "  \(String($0.rawValue).padding(toLength: 5, withPad: " ", startingAt: 0))\($0.meaning)" }
      .joined(separator: "\n"))
      """
  }
}
