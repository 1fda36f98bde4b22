import Benchmarks

/// `autodistill bench`: the speed of training and of inference, one after the other.
struct BenchVerb: Verb {
  static let name = "bench"
  static let summary = "speed of training and inference on this machine"
  static let operands: [String] = []
  static let options = SpeedOptions.training
  static let flags = SpeedOptions.trainingFlags
  static let help = """
    USAGE: autodistill bench [--network NAME] [--batch B] [--threads T] [--seconds N]
           [--losses LIST] [--json]
           autodistill bench training|inference|accuracy|proposals|flash|hardware|quantization|teacher …

    Measures the training and then the inference of the reference networks, as bench training and bench
    inference do. The other benchmarks are commands of their own: bench NAME --help says more.

    \(SpeedOptions.meaning)

    \(SpeedOptions.networkHelp)
    \(SpeedOptions.batchHelp)
    --threads T       threads of a training step (default: 1)
    --seconds N       how long to measure each, at least (default: 2; never under 30 steps, or three
                      times 100 images)
    \(SpeedOptions.lossesHelp)
    --json            one JSON object a line, for each network and measurement
    --await-start     as bench training --help says
    """

  private let speed: SpeedOptions

  init(_ arguments: Arguments) throws { speed = try SpeedOptions(arguments) }

  func run() throws -> ExitStatus {
    var peaks = MachinePeaks()
    try speed.measureTraining(&peaks)
    try speed.measureInference(&peaks)
    return .success
  }
}
