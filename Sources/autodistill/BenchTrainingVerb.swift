import Benchmarks

/// `autodistill bench training`
struct BenchTrainingVerb: Verb {
  static let name = "bench training"
  static let summary = "how long a training step takes, and how near that is to the machine's peak"
  static let operands: [String] = []
  static let options = SpeedOptions.training
  static let flags = SpeedOptions.trainingFlags
  static let help = """
    USAGE: autodistill bench training [--network NAME] [--batch B] [--threads T] [--seconds N]
                                      [--losses LIST] [--json]

    \(SpeedOptions.meaning)

    \(SpeedOptions.networkHelp)
    \(SpeedOptions.batchHelp)
    --threads T       threads of a training step (default: 1)
    --seconds N       how long to measure each, at least (default: 2; never under 30 steps)
    \(SpeedOptions.lossesHelp)
    --json            one JSON object a line, for each network
    --await-start     for each network: once warm, write the line "ready" to standard error and train
                      on from the moment a line comes in, to measure several processes at once
    """

  private let speed: SpeedOptions

  init(_ arguments: Arguments) throws { speed = try SpeedOptions(arguments) }

  func run() throws -> ExitStatus {
    var peaks = MachinePeaks()
    try speed.measureTraining(&peaks)
    return .success
  }
}
