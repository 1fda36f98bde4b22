import BayesianOptimization
import Benchmarks
import FileFormats
import Replay
import SearchSpaces
import Statistics

/// `autodistill replay`
struct ReplayVerb: Verb {
  static let name = "replay"
  static let summary = "searches a table of known results instead of training, to judge samplers"
  static let operands: [String] = []
  static let options = [
    "--table", "--space", "--key", "--maximize", "--flash", "--full", "--finalists", "--minimize",
    "--known", "--constraint", "--budget", "--reference", "--error", "--image", "--classes",
    "--fix", "--trials",
    "--seeds",
    "--sampler", "--initial-trials", "--look-ahead", "--workers", "--output",
  ]
  static let flags = ["--budgets-only", "--json"]
  static let help = """
    USAGE: autodistill replay --table FILE.csv [--table FILE.csv] --space FILE.json --key COLUMN
                              --maximize COLUMN [--minimize COLUMN …] [--known COLUMN …]
                              [--constraint 'COLUMN<=X' …] [--budget 'COLUMN<=X' …]
                              [--fix PARAMETER=VALUE …] [--trials N] [--seeds A..B]
                              [--sampler NAME] [--output FILE.csv] [--json]
           autodistill replay … --flash COLUMN --full COLUMN --finalists K …

    Runs the search controller against a table of known results: a trial reveals one row. Prints how
    fast the hypervolume of the front grows, as a share of that of the whole table, over many seeds,
    by how much the best row within each budget is missed, and how long a proposal takes. The sampler
    is asked what a study would be: for the front of rows that beat the reference point, and for the
    best row within each budget. The reference point is the 10th percentile of the maximised column
    and the maximum of each minimised one.

    With --flash and --full, the search sees the cheap column; then K of its trials get the full
    training, and what counts is the front of the full column.

    --table FILE         the results, comma-separated; a second table is joined by the columns that
                         both have
    --space FILE         the search space; architectures that the table lacks cannot be tried
    --key COLUMN         the column with the architectures' keys
    --maximize COLUMN    what a trial reveals; where it is empty or NaN, the trial fails
    --flash COLUMN       the same, if full trainings follow
    --full COLUMN        what a full training reveals
    --finalists K        full trainings
    --minimize COLUMN    a cost; revealed by a trial as well, unless it is known
    --known COLUMN       a cost that the sampler may look up for any architecture
    --constraint TEXT    COLUMN<=X or COLUMN>=X: other rows do not count, and are not tried if the
                         column is known
    --budget TEXT        COLUMN<=X on a known column: the best row within it is asked for as well
    --budgets-only       ask for these alone, and not for the front
    --reference COLUMN=X another coordinate of the reference point
    --error X            standard error that the sampler is told with each value (default: 0)
    --image HxWxC        build the networks for images of this shape and tell the sampler of their log
                         MACs and log parameters
    --classes N          classes of these images (default: 10)
    --fix PARAMETER=VALUE
                         takes a decision of the space away; rows with another value do not count
    --trials N           trials of a search (default: 200)
    --seeds A..B         one search for each seed from A to B (default: 0..19)
    --sampler NAME       \(SamplerKind.allCases.map(\.rawValue).joined(separator: ", ")) (default: bayesian)
    --initial-trials N   trials spread over the costs before the bayesian sampler chooses
    --look-ahead Q       a proposal sees all trials but the last Q − 1, which are pending (default: 1)
    --workers N          seeds searched at once; more than 1 can make proposals look slow (default: 1)
    --output FILE        writes which key each search tried when: seed, evaluation, key
    --json               the figures as one JSON object
    """

  private let tables: [String]
  private let spacePath: String
  private let definition: ReplayDefinition
  private let fixed: [String]
  private let settings: ReplaySettings
  private let seeds: ClosedRange<UInt64>
  private let workers: Int
  private let output: String?
  private let asJSON: Bool

  init(_ arguments: Arguments) throws {
    func required(_ option: String, _ meaning: String) throws -> String {
      try arguments.required(option, meaning, for: ReplayVerb.self)
    }
    _ = try required("--table", "FILE.csv")
    tables = arguments.values("--table")
    guard tables.count <= 2 else {
      throw UsageError("--table: got \(tables.count) tables, expected one or two", ReplayVerb.self)
    }
    spacePath = try required("--space", "FILE.json")
    definition = try ReplayVerb.definition(arguments, key: required("--key", "COLUMN"))
    fixed = arguments.values("--fix")
    settings = try ReplayVerb.settings(arguments)
    seeds = try ReplayVerb.seeds(arguments.value("--seeds") ?? "0..19")
    workers = try arguments.integer("--workers", in: 1...256) ?? 1
    output = arguments.value("--output")
    asJSON = arguments.has("--json")
  }

  func run() throws -> ExitStatus {
    try LinearAlgebraMemory.take()
    let space = try ReplayVerb.fixing(fixed, in: SearchSpace(contentsOf: spacePath))
    var csv = try CSVTable(contentsOf: tables[0])
    if tables.count == 2 { csv = try csv.joined(with: CSVTable(contentsOf: tables[1])) }
    let table = try ReplayTable(csv, space: space, definition: definition)
    ProcessMemory.resetPeak()
    let runs = try ReplaySearches.run(table, settings, seeds: seeds, threads: workers) { run in
      if Terminal.isInteractive {
        Terminal.log("   seed \(run.seed): \(run.rows.count) trials")
      }
    }
    let result = ReplayOutput(
      table: table, settings: settings, summary: ReplaySummary(runs),
      peakMemoryBytes: ProcessMemory.peakBytes)
    Terminal.print(try asJSON ? result.json() : result.text())
    // Last, so that a full disk does not cost the figures.
    if let output { try ReplaySearches.writeTrajectories(runs, of: table, to: output) }
    return .success
  }
}

extension ReplayVerb {
  private static func definition(
    _ arguments: Arguments, key: String
  ) throws -> ReplayDefinition {
    let metrics = ["--maximize", "--flash"].flatMap { arguments.values($0) }
    guard let metric = metrics.first, metrics.count == 1 else {
      throw UsageError(
        "replay needs one column to maximise, --maximize COLUMN or --flash COLUMN, got "
          + "\(metrics.count)", ReplayVerb.self)
    }
    let isFlash = arguments.value("--flash") != nil
    for option in ["--full", "--finalists"] where (arguments.value(option) != nil) != isFlash {
      throw UsageError("\(option) goes together with --flash", ReplayVerb.self)
    }
    var definition = ReplayDefinition(
      key: key, metric: metric, fullMetric: arguments.value("--full"),
      minimized: arguments.values("--minimize"), known: Set(arguments.values("--known")),
      standardError: try arguments.number("--error", atLeast: 0) ?? 0)
    definition.constraints = try arguments.values("--constraint").map {
      try ColumnConstraint($0)
    }
    definition.budgets = try arguments.values("--budget").map { try ColumnConstraint($0) }
    definition.asksForFront = !arguments.has("--budgets-only")
    definition.images = try images(arguments)
    for text in arguments.values("--reference") {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, let value = DecimalNumber.value(of: parts[1]) else {
        throw UsageError("--reference: got '\(text)', expected COLUMN=X with a number X")
      }
      definition.references[parts[0]] = value
    }
    return definition
  }

  /// Returns the space in which decisions such as `stage1_depth=2` are made.
  private static func fixing(_ texts: [String], in space: SearchSpace) throws -> SearchSpace {
    var decisions: [FixedDecision] = []
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw UsageError("--fix: got '\(text)', expected PARAMETER=VALUE")
      }
      guard !decisions.contains(where: { $0.parameter == parts[0] }) else {
        throw UsageError("--fix: got '\(text)', expected each parameter once")
      }
      // A value is written as in tables; one that the parameter does not have is an error that names those it has.
      let known = space.parameters.first { $0.name == parts[0] }?.values ?? []
      let value = known.first { $0.description == parts[1] } ?? .text(parts[1])
      decisions.append(FixedDecision(parameter: parts[0], value: value))
    }
    return try space.fixing(decisions, file: "the command", field: "--fix")
  }

  private static func images(_ arguments: Arguments) throws -> TypicalImages? {
    let classes = try arguments.integer("--classes", in: 2...1_000_000)
    guard let shape = try arguments.shape("--image") else {
      guard classes == nil else {
        throw UsageError("--classes goes together with --image", ReplayVerb.self)
      }
      return nil
    }
    return TypicalImages(shape: shape, classes: classes ?? 10)
  }

  private static func settings(_ arguments: Arguments) throws -> ReplaySettings {
    let name = arguments.value("--sampler") ?? SamplerKind.bayesian.rawValue
    guard let kind = SamplerKind(rawValue: name) else {
      throw UsageError(
        "--sampler: got '\(name)', expected one of "
          + SamplerKind.allCases.map(\.rawValue).joined(separator: ", "))
    }
    var sampler = kind.makeSampler()
    if let initial = try arguments.integer("--initial-trials", in: 0...1_000_000) {
      guard kind == .bayesian else {
        throw UsageError("--initial-trials goes together with --sampler bayesian", ReplayVerb.self)
      }
      sampler = BayesianSampler(initialTrials: initial)
    }
    return ReplaySettings(
      sampler: sampler, samplerName: name,
      trials: try arguments.integer("--trials", in: 1...1_000_000) ?? 200,
      lookAhead: try arguments.integer("--look-ahead", in: 1...10_000) ?? 1,
      finalists: try arguments.integer("--finalists", in: 1...10_000) ?? 0)
  }

  private static func seeds(_ text: String) throws -> ClosedRange<UInt64> {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[1].isEmpty, let first = UInt64(parts[0]),
      let last = UInt64(parts[2]), first <= last, last - first < 100_000
    else {
      throw UsageError(
        "--seeds: got '\(text)', expected A..B with whole numbers, such as 0..19, for at most "
          + "100000 seeds")
    }
    return first...last
  }
}
