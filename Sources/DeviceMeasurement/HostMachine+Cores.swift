import Foundation

extension HostMachine {
  /// How many cores this process may use: those that it is bound to (`taskset`, a container's or a batch job's
  /// set), and no more than the quotas of its control groups give time for; at least one.
  ///
  /// - Parameter root: Where `/proc` and `/sys` are.
  public static func usableCores(root: String = "") -> Int {
    let bound = boundCores(root: root) ?? ProcessInfo.processInfo.activeProcessorCount
    let quota = groupQuota(root: root).map { Int($0.rounded(.up)) } ?? bound
    return max(1, min(bound, quota))
  }

  /// The cores that the process is bound to; nil where the system does not say.
  private static func boundCores(root: String) -> Int? {
    let prefix = "Cpus_allowed_list:"
    guard let line = lines(root + "/proc/self/status").first(where: { $0.hasPrefix(prefix) })
    else { return nil }
    var count = 0
    for part in line.dropFirst(prefix.count).split(separator: ",") {
      let ends = part.trimmingCharacters(in: .whitespaces).split(separator: "-").map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, last >= first else {
        return nil
      }
      count += last - first + 1
    }
    return count > 0 ? count : nil
  }

  /// The time that its control groups give the process, in cores: the least of its own group's and those of
  /// all groups around it, of either version; nil for no limit.
  private static func groupQuota(root: String) -> Double? {
    var quotas: [Double] = []
    for line in lines(root + "/proc/self/cgroup") {
      // A number, the controllers (none in version 2), and the group's path.
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isFirstVersion = parts[1].split(separator: ",").contains("cpu")
      guard isFirstVersion || parts[1].isEmpty else { continue }
      let top = root + (isFirstVersion ? "/sys/fs/cgroup/cpu" : "/sys/fs/cgroup")
      for group in groups(around: String(parts[2])) {
        let folder = top + group
        if let quota = isFirstVersion ? firstQuota(in: folder) : quota(in: folder) {
          quotas.append(quota)
        }
      }
    }
    return quotas.min()
  }

  /// Returns a group's path and those of the groups around it; the outermost is the empty path, and all that a
  /// container sees.
  private static func groups(around path: String) -> [String] {
    var names = path.split(separator: "/")
    var groups: [String] = []
    while !names.isEmpty {
      groups.append("/" + names.joined(separator: "/"))
      names.removeLast()
    }
    return groups + [""]
  }

  /// `cpu.max`: microseconds in a period, or `max`, and the period.
  private static func quota(in folder: String) -> Double? {
    let parts = lines(folder + "/cpu.max").first?.split(separator: " ") ?? []
    guard parts.count == 2, let time = Double(parts[0]), let period = Double(parts[1]), time > 0,
      period > 0
    else { return nil }
    return time / period
  }

  /// Version 1: microseconds in a period, or −1, and the period.
  private static func firstQuota(in folder: String) -> Double? {
    guard let time = lines(folder + "/cpu.cfs_quota_us").first.flatMap({ Double($0) }),
      let period = lines(folder + "/cpu.cfs_period_us").first.flatMap({ Double($0) }), time > 0,
      period > 0
    else { return nil }
    return time / period
  }

  private static func lines(_ path: String) -> [Substring] {
    ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n")
  }
}
