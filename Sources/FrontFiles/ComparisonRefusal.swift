import Comparisons

/// Why two studies are not compared: the result would say something that is not so.
public enum ComparisonRefusal: Error, Hashable, Sendable {
  /// A split holds other images, or the same in another order.
  case otherImages(FrontSplit, before: String, after: String)
  /// It cannot be told whether a split holds the same images.
  case unknownImages(FrontSplit, before: String, after: String)
  /// A predicted cost is of other devices, or of another way to run on them.
  case otherProtocol(metric: String, before: String, after: String)
  /// Accuracies of the validation split are compared after unlike numbers of trials.
  case unlikeTrials(before: Int, after: Int)
  /// A metric of a budget is not known of any student.
  case unknownMetric(String, file: String, known: [String])
  /// No student of a file has the cost that was named.
  case unknownCost(String, file: String, known: [String])
  /// The studies have no cost in common.
  case noCommonCost(before: [String], after: [String])
  /// A file holds no fully trained student.
  case noStudents(file: String)
}

extension ComparisonRefusal: CustomStringConvertible {
  public var description: String {
    switch self {
    case .otherImages(let split, let before, let after):
      return
        "not comparable: the \(split) splits of \(before) and \(after) hold other images; train both studies "
        + "on the same data and the same split_seed"
    case .unknownImages(let split, let before, let after):
      return
        "not comparable: \(before) and \(after) do not say which images their \(split) splits hold; autodistill "
        + "report writes a study's report again"
    case .otherProtocol(let metric, let before, let after):
      return
        "not comparable: \(metric) means something else in the two studies: '\(before)' and '\(after)'; "
        + "compare by a cost that does not depend on the device, such as --cost macs"
    case .unlikeTrials(let before, let after):
      return
        "not comparable: validation accuracies of chosen students are maxima, of \(before) trials before and "
        + "of \(after) after; use test_accuracy, by which nothing was chosen"
    case .unknownMetric(let metric, let file, let known):
      return
        "\(file): no student has a '\(metric)', expected one of \(known.joined(separator: ", "))"
    case .unknownCost(let cost, let file, let known):
      return "\(file): no student has a cost '\(cost)', expected one of "
        + known.joined(separator: ", ")
    case .noCommonCost(let before, let after):
      return "not comparable: the studies trade accuracy against other costs "
        + "(\(before.joined(separator: ", ")); \(after.joined(separator: ", "))); name one with --cost"
    case .noStudents(let file):
      return
        "\(file): no student has had its full training; autodistill status says what the study lacks"
    }
  }
}

extension FrontFile {
  /// Throws unless a split holds the same images in the same order in both studies.
  ///
  /// By the split's own hash, or where a report is of an earlier version by the hash of all data.
  func requireSameImages(
    as other: FrontFile, _ split: FrontSplit
  ) throws(ComparisonRefusal) {
    func images(_ file: FrontFile) -> Split? {
      split == .validation ? file.validation : file.test
    }
    if let mine = images(self)?.hash, let others = images(other)?.hash {
      guard mine == others else {
        throw .otherImages(split, before: subject, after: other.subject)
      }
      return
    }
    guard let mine = hashes["data_sha256"], let others = other.hashes["data_sha256"] else {
      throw .unknownImages(split, before: subject, after: other.subject)
    }
    guard mine == others else {
      throw .otherImages(split, before: subject, after: other.subject)
    }
  }

  /// Returns two studies so that both go by the same kind of latency: by predicted ones where one front is made of
  /// measured ones and the other is not.
  static func comparable(
    _ first: FrontFile, _ second: FrontFile
  ) -> (first: FrontFile, second: FrontFile, isMixed: Bool) {
    guard first.hasMeasuredFront != second.hasMeasuredFront else { return (first, second, false) }
    var (first, second) = (first, second)
    (first.hasMeasuredFront, second.hasMeasuredFront) = (false, false)
    return (first, second, true)
  }

  /// Throws unless a predicted cost is of the same devices, run in the same way, in both studies. The cost on a device
  /// that only one of them has is not known in the other, which is no reason to refuse.
  func requireSameProtocol(
    as other: FrontFile, for metric: String
  ) throws(ComparisonRefusal) {
    let parts = FrontFile.parts(of: metric)
    if FrontFile.byteMetrics.contains(parts[0]), let before = precision,
      let after = other.precision,
      before != after
    {
      throw .otherProtocol(
        metric: metric, before: "students in \(before)", after: "students in \(after)")
    }
    guard FrontFile.runtimeMetrics.contains(parts[0]) || parts[0] == "measured_latency_ms" else {
      return
    }
    func protocols(_ file: FrontFile) -> [String] {
      file.hardware.filter { parts.count == 1 || $0.profile == parts[1] }
        .map(\.measurementProtocol).sorted()
    }
    let (before, after) = (protocols(self), protocols(other))
    if parts.count == 2, before.isEmpty || after.isEmpty { return }
    guard before == after else {
      throw .otherProtocol(
        metric: metric, before: before.joined(separator: "; "),
        after: after.joined(separator: "; "))
    }
  }

  /// Whether the numbers of trials differ by more than a tenth; false where they are not known.
  func hasUnlikeTrials(_ other: FrontFile) -> Bool {
    guard let mine = trialCount, let others = other.trialCount else { return false }
    return 10 * abs(mine - others) > max(mine, others)
  }

  /// The metric with its device's name, where this study has only one device and metrics name none.
  func qualified(_ metric: String) -> String {
    guard hardware.count == 1, FrontFile.deviceMetrics.contains(metric) else { return metric }
    return "\(metric)@\(hardware[0].profile)"
  }

  /// Bytes of students: one of int8 is four of fp32.
  private static let byteMetrics: Set = ["weight_bytes", "peak_memory_bytes", "working_set_bytes"]

  /// What a device's runtime and its version decide about; both stand in its protocol.
  private static let runtimeMetrics: Set = [
    "latency_ms", "energy_mj", "arena_bytes", "flash_bytes", "missing_operators",
  ]

  /// The metrics that may differ from device to device, as `CostMetric.dependsOnDevice` says; its tests compare
  /// the two.
  package static let deviceMetrics = byteMetrics.union(runtimeMetrics)
}
