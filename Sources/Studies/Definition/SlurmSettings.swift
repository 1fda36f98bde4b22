import FileFormats

/// What is asked of a Slurm cluster: `executor.slurm` of `study.json`.
public struct SlurmSettings: Hashable, Sendable {
  /// Workers at once, each a task of a job array; nil: as many as the study's `workers`.
  public var workers: Int?
  public var partition: String?
  public var account: String?
  /// The time limit of a worker's job, as Slurm writes it; nil: the partition's.
  public var time: String?
  /// Of a worker's job; nil: the cluster's default.
  public var memoryMebibytes: Int?
  /// Processors of a worker's job. A worker computes with one thread.
  public var cpus = 1
  /// The most tasks of one job array.
  public var arrayLimit = 256
  /// Further arguments of `sbatch`, each as it is.
  public var arguments: [String] = []
  /// Lines of shell that each job runs before its worker, such as `module load swift`.
  public var setup: [String] = []
  /// Whether Slurm may begin a worker's job again under the same number after a node has failed.
  public var requeue = true
  /// How long before its time limit a worker is told, in seconds; 0: not at all.
  public var signalSeconds = 90
  /// The seconds between two questions to the scheduler while something happens, and while nothing does.
  public var pollSeconds: ClosedRange<Double> = 20...180
  /// How long files of other machines may take to be seen here: a worker that the scheduler calls gone is
  /// lost after that many silent seconds.
  public var graceSeconds = 60.0
  /// How long a worker waits for a study that is silent before it ends.
  public var orphanSeconds = 600.0

  public init() {}
}

extension SlurmSettings {
  private static let keys = [
    "workers", "partition", "account", "time", "memory_mib", "cpus", "array_limit", "arguments",
    "setup", "requeue", "signal_seconds", "poll_seconds", "most_poll_seconds", "grace_seconds",
    "orphan_seconds",
  ]

  init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(of: "a Slurm cluster's settings", known: SlurmSettings.keys)
    workers = try members["workers"]?.integer(in: 1...100_000)
    partition = try members["partition"]?.option("a partition's name")
    account = try members["account"]?.option("an account's name")
    time = try members["time"].map { field throws(JSONError) in try SlurmSettings.time(field) }
    memoryMebibytes = try members["memory_mib"]?.integer(in: 1...100_000_000)
    if let count = try members["cpus"]?.integer(in: 1...1024) { cpus = count }
    if let count = try members["array_limit"]?.integer(in: 1...1_000_000) { arrayLimit = count }
    arguments = try members["arguments"]?.texts("arguments of sbatch", "an argument") ?? []
    setup = try members["setup"]?.texts("lines of shell", "a line of shell") ?? []
    if let flag = try members["requeue"]?.flag() { requeue = flag }
    if let seconds = try members["signal_seconds"]?.integer(in: 0...65_535) {
      signalSeconds = seconds
    }
    let least = try members["poll_seconds"]?.number(in: 0.01...3600) ?? pollSeconds.lowerBound
    let most =
      try members["most_poll_seconds"]?.number(in: 0.01...86_400) ?? max(least, 180)
    guard least <= most else {
      throw field.expected("most_poll_seconds of at least poll_seconds, which is \(least)")
    }
    pollSeconds = least...most
    if let seconds = try members["grace_seconds"]?.number(in: 0.01...86_400) {
      graceSeconds = seconds
    }
    if let seconds = try members["orphan_seconds"]?.number(in: 1...1_000_000) {
      orphanSeconds = seconds
    }
  }

  /// Returns a time limit that Slurm understands: minutes, `MM:SS`, `HH:MM:SS`, `D-HH`, `D-HH:MM` or
  /// `D-HH:MM:SS`.
  private static func time(_ field: JSONField) throws(JSONError) -> String {
    let expectation =
      "a time limit of Slurm such as \"04:00:00\", \"30\" (minutes) or \"1-12:00:00\""
    let text = try field.text(expectation)
    let pattern = #/(?:\d+-\d{1,2}(?::\d{1,2}){0,2}|\d+(?::\d{1,2}){0,2})/#
    guard text.wholeMatch(of: pattern) != nil else { throw field.expected(expectation) }
    return text
  }
}

extension JSONField {
  /// Returns the texts of an array, in order, none of which is empty or has a line's end in it.
  func texts(_ title: String, _ expectation: String) throws(JSONError) -> [String] {
    var texts: [String] = []
    for element in try elements(of: title) {
      let text = try element.text(expectation)
      guard !text.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
        throw element.expected("\(expectation) without control characters")
      }
      texts.append(text)
    }
    return texts
  }

  /// Returns a text that is the value of a program's option: no further option, and no control characters.
  fileprivate func option(_ expectation: String) throws(JSONError) -> String {
    let text = try text(expectation)
    guard !text.hasPrefix("-"), !text.unicodeScalars.contains(where: { $0.value <= 0x20 }) else {
      throw expected("\(expectation) without blanks, not beginning with -")
    }
    return text
  }
}
