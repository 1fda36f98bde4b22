import BayesianOptimization

/// What a simulation of a study is asked for.
public struct SimulationSettings: Hashable, Sendable {
  /// The numbers of workers to compare, ascending.
  public var workers: [Int]
  /// Instead of the study's `search.trials`.
  public var trials: Int?
  /// Instead of the study's `search.look_ahead`.
  public var lookAhead: Int?
  /// Instead of the study's `search.sampler`.
  public var sampler: SamplerKind?
  /// What a flash training takes in the mean, in seconds; nil: what the study's journal says.
  public var meanTrialSeconds: Double?
  /// The standard deviation of the logarithm of what flash trainings take: 0.5 is a factor of 1.65 either way.
  /// Nil: that of the study's journal, or else `usualSpread`.
  public var spread: Double?
  /// What a full training takes in the mean, in seconds; nil: what the journal says, or else what the share of
  /// the training that flash is says.
  public var fullSeconds: Double?
  /// The probability that an execution dies, by itself or because the machine is taken away, 0…1.
  public var failures = 0.0

  public static let usualSpread = 0.5

  public init(workers: [Int]) { self.workers = workers }
}
