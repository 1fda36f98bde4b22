import Foundation

/// Limits the memory of this process.
enum MemoryLimit {
  /// From here on the process gets no more memory of its own than so much. Mapped files do not count, so a data
  /// set of any size may be read.
  ///
  /// What asks for more ends the process, and says that there was no memory.
  ///
  /// - Throws: `StudyError.worker` if the system does not allow it.
  static func set(mebibytes: Int) throws {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_DATA.rawValue)
    let bytes = rlim_t(mebibytes) << 20
    guard getrlimit(resource, &limit) == 0 else { return try refuse(mebibytes) }
    // A smaller limit from outside holds as well.
    limit.rlim_cur = min(bytes, limit.rlim_max)
    guard setrlimit(resource, &limit) == 0 else { return try refuse(mebibytes) }
  }

  private static func refuse(_ mebibytes: Int) throws {
    throw StudyError.worker(
      "trial_limits.memory_mib: the system does not let a worker limit its memory to \(mebibytes) MiB: "
        + String(cString: strerror(errno)))
  }
}
