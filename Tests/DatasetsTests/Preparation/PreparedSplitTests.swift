import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("how prepared data are split")
struct PreparedSplitTests {
  let folder: TemporaryFolder
  var prepared: String { folder.file("prepared") }

  init() throws { folder = try TemporaryFolder() }

  @Test("an order that is not there is that of the random split; a cut one is an error")
  func missingOrder() throws {
    var definition = try folder.prepared().definition
    definition.split = .random
    let dataset = try PreparedDataset.prepare(
      definition, baseFolder: folder.path, into: prepared)
    let known = try DatasetSplit.allCases.map { try dataset.sourceOrder(of: $0).indices }
    try FileManager.default.removeItem(atPath: prepared + "/order.u32")
    #expect(try DatasetSplit.allCases.map { try dataset.sourceOrder(of: $0).indices } == known)
    try AtomicFile.write("short", to: prepared + "/order.u32")
    expectError(prepared + "/order.u32", "5 bytes") { _ = try dataset.sourceOrder(of: .training) }
  }

  @Test("what is there stays as it is split where nothing says how to split it")
  func earlierSplit() throws {
    let stratified = try folder.prepared()
    var definition = stratified.definition
    #expect(stratified.splitMethod == .stratified)
    // A folder of a version that knew one way alone does not say which.
    definition.split = .random
    let random = try PreparedDataset.prepare(definition, baseFolder: folder.path, into: prepared)
    #expect(random.contentHash != stratified.contentHash)
    let path = prepared + "/dataset.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let old = text.split(separator: "\n").filter {
      !$0.contains("\"split\"") && !$0.contains("description_sha256")
    }
    .joined(separator: "\n")
    try AtomicFile.write(old, to: path)
    definition.split = nil
    func prepare(_ earlier: SplitMethod? = nil) throws -> PreparedDataset {
      try PreparedDataset.prepare(
        definition, baseFolder: folder.path, into: prepared, earlierSplit: earlier)
    }
    #expect(try prepare().contentHash == random.contentHash)
    #expect(try prepare(.random).contentHash == random.contentHash)
    try FileManager.default.removeItem(atPath: path)
    #expect(try prepare(.random).contentHash == random.contentHash)
    #expect(try prepare(.stratified).contentHash == stratified.contentHash)
  }

  @Test("images of an unknown class have no label, and 255 classes with them two bytes each")
  func unknownClasses() throws {
    for classes in [3, 255, 256] {
      let count = 2 * classes + 20
      _ = try folder.write(
        NumericArray(shape: [count, 1, 2], (0..<2 * count).map { UInt8($0 % 251) }), to: "images")
      let labels = (0..<count).map { Int32($0 < 20 ? -1 : ($0 - 20) % classes) }
      _ = try folder.write(NumericArray(shape: [count], labels), to: "labels")
      let dataset = try PreparedDataset.prepare(
        DatasetDefinition(
          source: .arrays(
            train: .init(images: "images", labels: "labels"), test: nil, classes: nil),
          validationCount: 2, testCount: 1),
        baseFolder: folder.path, into: prepared)
      #expect(dataset.classes == classes && dataset.unlabeledCount == 20)
      #expect(
        FileManager.default.fileExists(
          atPath: prepared + (classes == 256 ? "/labels.u16" : "/labels.u8")))
      let order = try dataset.sourceOrder(of: .training).indices
      #expect(order.indices.allSatisfy { dataset.label($0, of: .training) == labels[order[$0]] })
      #expect(dataset.trainingImages(withTeacher: true) == Array(0..<dataset.count(.training)))
      #expect(
        dataset.trainingImages(withTeacher: false)
          == order.indices.filter { labels[order[$0]] >= 0 })
      #expect(dataset.summary.split(.training)?.unlabeledCount == 20)
      #expect(try PreparedDataset.open(prepared).unlabeledCount == 20)
      try dataset.verify()
    }
  }

  @Test("groups that were forgotten are counted anew")
  func forgottenSummary() throws {
    let pair = try folder.writePair("train", count: 30)
    _ = try folder.write(
      NumericArray(shape: [30], (0..<30).map { UInt8($0 / 3) }), to: "groups")
    let definition = DatasetDefinition(
      source: .arrays(train: pair, test: nil, classes: nil, groups: "groups"),
      validationCount: 3, testCount: 6)
    func groups() throws -> [Int] {
      try PreparedDataset.prepare(definition, baseFolder: folder.path, into: prepared)
        .summary.splits.compactMap(\.groupCount)
    }
    let counts = try groups()
    #expect(counts.count == 3 && counts.reduce(0, +) == 10)
    try FileManager.default.removeItem(atPath: prepared + "/summary.json")
    #expect(try groups() == counts)
  }
}
