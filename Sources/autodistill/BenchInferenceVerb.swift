import Benchmarks

/// `autodistill bench inference`
struct BenchInferenceVerb: Verb {
  static let name = "bench inference"
  static let summary = "how long one image takes on one thread"
  static let operands: [String] = []
  static let options = SpeedOptions.inference
  static let flags = SpeedOptions.inferenceFlags
  static let help = """
    USAGE: autodistill bench inference [--network NAME | --model FILE] [--seconds N] [--json]

    \(SpeedOptions.meaning)

    \(SpeedOptions.networkHelp)
    --model FILE      an int8 model instead, a TensorFlow Lite file, on the int8 engine
    --seconds N       how long to measure each, at least (default: 2; never under three times
                      100 images)
    --json            one JSON object a line, for each network
    """

  private let speed: SpeedOptions

  init(_ arguments: Arguments) throws { speed = try SpeedOptions(arguments) }

  func run() throws -> ExitStatus {
    var peaks = MachinePeaks()
    try speed.measureInference(&peaks)
    return .success
  }
}
