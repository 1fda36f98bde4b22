/// How many workers an executor has, for those who watch.
public struct WorkerCounts: Hashable, Sendable, Codable {
  /// What executes: `local`, `slurm`, `command`.
  public var executor: String
  /// Workers that are asked for.
  public var wanted: Int
  /// Those that take tasks.
  public var ready: Int
  /// Those that a scheduler says are running, and that wait for a machine; nil where there is no scheduler.
  public var running: Int?
  public var waiting: Int?
  /// The scheduler's numbers.
  public var jobs: [String] = []
  /// What those that wait are waiting for, in the scheduler's words.
  public var reasons: [String] = []
  /// Machines that have failed, and are not used any more.
  public var excludedHosts: [String] = []
  /// Why the scheduler cannot be asked or refuses workers; nil if all is well.
  public var trouble: String?

  enum CodingKeys: String, CodingKey {
    case executor, wanted, ready, running, waiting, jobs, reasons, trouble
    case excludedHosts = "excluded_hosts"
  }
}
