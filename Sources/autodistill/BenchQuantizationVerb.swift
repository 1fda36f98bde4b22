import Benchmarks
import FileFormats
import Quantization
import SearchSpaces

/// `autodistill bench quantization`
struct BenchQuantizationVerb: Verb {
  static let name = "bench quantization"
  static let summary = "how accurate students are in int8, by each way to quantise them"
  static let operands: [String] = []
  static let options = [
    "--network", "--space", "--students", "--images", "--classes", "--split", "--epochs",
    "--seeds", "--threads", "--share", "--rate", "--range-rate", "--guide", "--observer",
    "--teacher",
  ]
  static let flags = ["--json", "--aware-only"]
  static let help = """
    USAGE: autodistill bench quantization [--network NAMES] [--space FILE --students N]
                     [--images DIR --classes N] [--split validation|test] [--teacher NAME]
                     [--epochs N] [--seeds N]
                     [--share F,…] [--rate R,…] [--range-rate R,…] [--guide NAME] [--aware-only]
                     [--threads T] [--json]

    Trains students shortly with a small teacher, quantises each by every observer and correction
    and by quantisation-aware distillation, and classifies with the integers that devices compute.
    The table says how many points int8 loses, and whether it ranks students as fp32 does.

    --network NAMES   reference networks, such as S,M,T (default: S,M,T without --space)
    --space FILE      a search space, of which --students (default: 4) random ones are taken
    --images DIR      train-images.npy, train-labels.npy, test-images.npy and test-labels.npy of
                      --classes N classes (default: Fashion-MNIST)
    --split NAME      images to classify: validation to choose by (default), or test
    --teacher NAME    the reference network that teaches (default: T)
    --epochs N        passes over the images, of the teacher and each student (default: 3)
    --seeds N         how many trainings of each student (default: 2)
    --share F         length of the quantisation-aware training as a share of the student's; this
                      and the next two may be lists, of which every combination is measured
    --rate R          its highest learning rate
    --range-rate R    the highest rate of its ranges
    --guide NAME      whose soft targets it follows: teacher or student
    --observer NAME   where its ranges begin: min_max, percentile or squared_error
    --aware-only      measure it alone, and post-training quantisation by min_max
    --threads T       threads (default: 2)
    --json            one JSON object a line for each student and seed
    """

  private let students: [QuantizationBenchmark.Student]
  private let benchmark: QuantizationBenchmark
  private let asJSON: Bool

  init(_ arguments: Arguments) throws {
    var benchmark = QuantizationBenchmark()
    benchmark.epochs = Double(try arguments.integer("--epochs", in: 1...1000) ?? 3)
    benchmark.seeds = try arguments.integer("--seeds", in: 1...1000) ?? 2
    benchmark.threads = try arguments.integer("--threads", in: 1...256) ?? 2
    benchmark.folder = arguments.value("--images")
    benchmark.classes = try arguments.integer("--classes", in: 2...10_000) ?? 10
    benchmark.split =
      try Self.choice(arguments, "--split", ["validation": .validation, "test": .test])
      ?? .validation
    benchmark.teacher =
      try Self.choice(
        arguments, "--teacher",
        Dictionary(uniqueKeysWithValues: ReferenceNetwork.allCases.map { ($0.rawValue, $0) }))
      ?? .teacher
    if arguments.has("--aware-only") {
      benchmark.methods = benchmark.methods.filter { $0.name == RangeObserverKind.minMax.rawValue }
    }
    benchmark.methods += try Self.awareMethods(arguments)
    self.benchmark = benchmark
    students = try Self.students(arguments)
    asJSON = arguments.has("--json")
  }

  func run() throws -> ExitStatus {
    let summary = try benchmark.run(students) { record in
      Terminal.print(asJSON ? record.json() : record.line())
    }
    if !asJSON { Terminal.print("\n" + summary.table) }
    return .success
  }

  private static func students(
    _ arguments: Arguments
  ) throws -> [QuantizationBenchmark.Student] {
    var students: [QuantizationBenchmark.Student] = []
    let space = arguments.value("--space")
    let names = arguments.value("--network") ?? (space == nil ? "S,M,T" : "")
    for name in names.split(separator: ",") {
      guard let network = ReferenceNetwork(rawValue: String(name)) else {
        throw UsageError(
          "--network: got '\(name)', expected "
            + ReferenceNetwork.alternatives(ReferenceNetwork.allCases))
      }
      students.append(QuantizationBenchmark.Student(network))
    }
    let count = try arguments.integer("--students", in: 1...10_000)
    if let space {
      students += QuantizationBenchmark.Student.random(
        count ?? 4, of: try SearchSpace(contentsOf: space), seed: 1)
    } else if count != nil {
      throw UsageError("--students needs --space FILE")
    }
    return students
  }

  private static func awareMethods(_ arguments: Arguments) throws -> [QuantizationMethod] {
    let defaults = AwareRecipe()
    func numbers(_ option: String, _ value: Double) throws -> [Double] {
      guard let text = arguments.value(option) else { return [value] }
      return try text.split(separator: ",").map {
        guard let number = DecimalNumber.value(of: $0), number > 0, number < 10 else {
          throw UsageError("\(option): got '\($0)', expected a positive number below 10")
        }
        return number
      }
    }
    let guide = try choice(
      arguments, "--guide", ["teacher": AwareRecipe.Guide.teacher, "student": .student])
    let observer = try choice(
      arguments, "--observer",
      Dictionary(uniqueKeysWithValues: RangeObserverKind.allCases.map { ($0.rawValue, $0) }))
    var methods: [QuantizationMethod] = []
    for share in try numbers("--share", defaults.share) {
      for rate in try numbers("--rate", defaults.peakRate) {
        for rangeRate in try numbers("--range-rate", defaults.rangeRate) {
          methods.append(
            QuantizationMethod(
              name: "aware(\(share),\(rate),\(rangeRate))",
              kind: .aware(
                AwareRecipe(
                  share: share, peakRate: rate, rangeRate: rangeRate,
                  guide: guide ?? defaults.guide, observer: observer ?? defaults.observer))))
        }
      }
    }
    return methods
  }

  private static func choice<Value>(
    _ arguments: Arguments, _ option: String, _ values: [String: Value]
  ) throws -> Value? {
    guard let text = arguments.value(option) else { return nil }
    guard let value = values[text] else {
      throw UsageError(
        "\(option): got '\(text)', expected \(values.keys.sorted().joined(separator: ", "))")
    }
    return value
  }
}
