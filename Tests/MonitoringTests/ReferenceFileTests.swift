import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Monitoring

@Suite("a file of reference statistics")
struct ReferenceFileTests {
  private let identity = ReferenceFile.Identity(
    key: "0111", precision: "fp32", student: "ab", data: "cd")

  @Test("gives back what was written, bit for bit")
  func roundTrip() throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("reference.safetensors")
    var sample = MadeUpImages().sample(120, seed: 1)
    sample.accuracy = .init(100, of: 120)
    let file = ReferenceFile(sample, of: identity)
    try file.write(to: path)
    #expect(try ReferenceFile(contentsOf: path, measures: sample.measures, classes: 4) == file)
    (sample.features, sample.agreement, sample.accuracy) = (nil, nil, nil)
    let bare = ReferenceFile(sample, of: identity)
    try bare.write(to: path)
    #expect(try ReferenceFile(contentsOf: path, measures: sample.measures, classes: 4) == bare)
  }

  @Test("is refused by name where something is missing, of another length or no number")
  func refused() throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("reference.safetensors")
    let sample = MadeUpImages().sample(120, seed: 1)
    let file = ReferenceFile(sample, of: identity)
    func found(_ change: (inout SafetensorsFile) -> Void) throws -> String {
      try file.write(to: path)
      var changed = try SafetensorsFile.read(path)
      change(&changed)
      try changed.write(to: path)
      do {
        _ = try ReferenceFile(contentsOf: path, measures: sample.measures, classes: 4)
        return "nothing"
      } catch {
        return "\(error)"
      }
    }
    #expect(try found { $0.metadata["format"] = "autodistill-reference/9" }.contains("/9"))
    #expect(try found { $0.metadata["key"] = nil }.contains("\"key\""))
    #expect(try found { $0.metadata["agreement"] = "7/0" }.contains("7/0"))
    #expect(
      try found { $0.metadata["agreement"] = "1/1" }.contains("SHA-256 of values and metadata"))
    let other = NumericArray(shape: [120], [Float](repeating: 1, count: 120))
    #expect(try found { $0.tensors["noise"] = other }.contains("SHA-256 of the values"))
    #expect(try found { $0.tensors["noise"] = nil }.contains("SHA-256 of the values"))
  }

  @Test("is refused where what was written is not what is wanted")
  func unlike() throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("reference.safetensors")
    func found(_ sample: MonitoredSample, classes: Int = 4) throws -> String {
      try ReferenceFile(sample, of: identity).write(to: path)
      do {
        _ = try ReferenceFile(
          contentsOf: path, measures: MadeUpImages.measures, classes: classes)
        return "nothing"
      } catch {
        return "\(error)"
      }
    }
    let sample = MadeUpImages().sample(120, seed: 1)
    #expect(try found(sample) == "nothing")
    #expect(try found(sample, classes: 5).contains("5 classes"))
    var changed = sample
    changed.values[0].removeLast()
    #expect(try found(changed).contains("together as many images"))
    changed = sample
    changed.predicted[0] += 1
    #expect(try found(changed).contains("together as many images"))
    changed = sample
    changed.values[2][5] = .nan
    #expect(try found(changed).contains("finite"))
    changed = sample
    (changed.measures, changed.values) = (
      Array(sample.measures.dropLast()), Array(sample.values.dropLast())
    )
    #expect(try found(changed).contains("\"margin\""))
  }
}
