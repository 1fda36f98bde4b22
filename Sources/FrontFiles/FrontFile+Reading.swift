import Comparisons
import FileFormats
import Foundation

extension FrontFile {
  static let formatPrefix = "autodistill-front/"
  /// More images than any split has; so many can be counted over many trainings.
  static let mostImages = 1 << 40
  /// The first format whose students have what is compared here.
  static let oldestFormat = 2

  /// Reads the file of a study's folder, or a front.json itself.
  ///
  /// - Throws: `JSONError`, or `FrontFileError.noReport` if the folder has no report.
  public init(contentsOf path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
      isFolder.boolValue
    else {
      try self.init(JSONField(contentsOf: path), subject: path)
      return
    }
    let folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let file = "\(folder)/report/front.json"
    guard FileManager.default.fileExists(atPath: file) else {
      throw FrontFileError.noReport(folder: folder)
    }
    try self.init(JSONField(contentsOf: file), subject: folder)
  }

  /// Reads the parsed file; keys that are not known are left alone.
  public init(_ file: JSONField, subject: String) throws(JSONError) {
    let top = try LenientMembers(file, of: "the front of a study")
    try Self.checkFormat(top)
    let constraints = try top.members("constraints", of: "constraints")
    let splits = try top.members("splits", of: "the splits")
    let teacher = try top.members("teacher", of: "the teacher")
    let measurement = try top.members("measurement", of: "the measurement")
    self.init(
      path: file.file, subject: subject, name: try top.required("name").text("a name"),
      seed: top["seed"]?.value.description, isComplete: try top["complete"]?.flag() ?? true,
      version: try top.text("version"), processor: try top.text("processor"),
      precision: try top.text("precision"), hashes: try Self.hashes(top),
      minimized: try top.texts("minimize", of: "metrics"),
      confidence: try Self.confidence(constraints),
      limits: try Self.limits(constraints),
      budgets: try top.elements("budgets", of: "budgets").map(Budget.init),
      hardware: try Self.hardware(top),
      hasMeasuredFront: try measurement?.text("front_latency") == "measured",
      validation: try Self.split(splits, "validation"), test: try Self.split(splits, "test"),
      trialCount: try top["trials"]?.elements(of: "trials").count,
      teacherValidation: try teacher?.share("validation_accuracy"),
      teacherTest: try teacher?.share("test_accuracy"), students: [])
    for field in try top.required("students").elements(of: "students") {
      students.append(try FrontStudent(field, validation: validation, test: test))
    }
  }

  private static func checkFormat(_ top: LenientMembers) throws(JSONError) {
    let field = try top.required("format")
    let expectation = "\"\(formatPrefix)\(oldestFormat)\" or later"
    let text = try field.text(expectation)
    guard text.hasPrefix(formatPrefix), let number = Int(text.dropFirst(formatPrefix.count)) else {
      throw field.expected(expectation)
    }
    guard number >= oldestFormat else {
      throw field.expected("\(expectation): autodistill report writes the study's report again")
    }
  }

  private static func confidence(_ constraints: LenientMembers?) throws(JSONError) -> Double {
    // Studies of versions that knew no confidence were judged by this one.
    guard let field = constraints?["confidence"] else { return 0.9 }
    let confidence = try field.number(in: 0.5...1)
    // No predicted cost keeps a limit with certainty.
    guard confidence < 1 else { throw field.expected("a number of at least 0.5 and below 1") }
    return confidence
  }

  private static func hashes(_ top: LenientMembers) throws(JSONError) -> [String: String] {
    guard let field = top["hashes"] else { return [:] }
    var hashes: [String: String] = [:]
    for (name, field) in try field.object("hashes") {
      if case .text(let text) = field.value { hashes[name] = text }
    }
    return hashes
  }

  private static func limits(_ constraints: LenientMembers?) throws(JSONError) -> [String] {
    var limits: [String] = []
    for field in try constraints?.elements("bounds", of: "bounds") ?? [] {
      let bound = try LenientMembers(field, of: "a bound")
      guard try bound.text("set_by") == "study" else { continue }
      limits.append(try constraint(bound.required("constraint")))
    }
    return limits
  }

  /// A constraint that can be read: one that is left out would make a budget wider than it is.
  fileprivate static func constraint(_ field: JSONField) throws(JSONError) -> String {
    let text = try field.text("a constraint")
    guard (try? MetricBound.all(in: text)) != nil else {
      throw field.expected("a constraint such as latency_ms<=2")
    }
    return text
  }

  /// One profile, or a list of several.
  private static func hardware(_ top: LenientMembers) throws(JSONError) -> [Hardware] {
    guard let field = top["hardware"] else { return [] }
    var fields = [field]
    if case .array = field.value { fields = try field.elements(of: "hardware profiles") }
    var hardware: [Hardware] = []
    for field in fields {
      let profile = try LenientMembers(field, of: "a hardware profile")
      hardware.append(
        Hardware(
          profile: try profile.required("profile").text("a name"),
          measurementProtocol: try profile.required("protocol").text("a protocol"),
          precision: try profile.text("precision")))
    }
    return hardware
  }

  private static func split(
    _ splits: LenientMembers?, _ name: String
  ) throws(JSONError) -> Split? {
    guard let split = try splits?.members(name, of: "a split") else { return nil }
    return Split(
      count: try split["count"]?.integer(in: 1...mostImages), hash: try split.text("sha256"))
  }
}

extension FrontFile.Budget {
  fileprivate init(_ field: JSONField) throws(JSONError) {
    let budget = try LenientMembers(field, of: "a budget")
    name = try budget.required("name").text("a name")
    constraints = try budget.elements("constraints", of: "constraints")
      .map(FrontFile.constraint)
    trial = try budget["trial"]?.integer(in: 0...Int.max)
  }
}

/// A study whose front cannot be read.
public enum FrontFileError: Error, Hashable, Sendable {
  case noReport(folder: String)
}

extension FrontFileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noReport(let folder):
      "\(folder): there is no report/front.json; autodistill report \(ShellWord.quoted(folder)) writes it, "
        + "elsewhere with --output DIR"
    }
  }
}
