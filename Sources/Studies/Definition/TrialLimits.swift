import FileFormats

/// What one training of a student may take, as `trial_limits` says; nil is no limit.
///
/// A training that takes more is lost, and that is its outcome. Which ones are depends on the machine, so these
/// limits are for what would harm everything else, not for choosing students: `constraints` do that.
public struct TrialLimits: Hashable, Sendable {
  /// What the worker process may have of memory of its own, in MiB; mapped files do not count.
  public var memoryMebibytes: Int?
  /// Of one attempt of a flash training, in minutes.
  public var flashMinutes: Double?
  /// Of one attempt of a full training, in minutes. A later attempt continues from the checkpoint.
  public var fullMinutes: Double?

  public init(
    memoryMebibytes: Int? = nil, flashMinutes: Double? = nil, fullMinutes: Double? = nil
  ) {
    (self.memoryMebibytes, self.flashMinutes, self.fullMinutes) =
      (memoryMebibytes, flashMinutes, fullMinutes)
  }

  init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "the limits of a training", known: ["memory_mib", "flash_minutes", "full_minutes"])
    memoryMebibytes = try members["memory_mib"]?.integer(in: 16...16_777_216)
    flashMinutes = try members["flash_minutes"]?.number(in: 0.001...100_000)
    fullMinutes = try members["full_minutes"]?.number(in: 0.001...100_000)
  }
}
