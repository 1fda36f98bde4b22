import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("files that the journal does not know")
struct SealedFilesTests {
  @Test(
    "are told apart by their names",
    arguments: [
      ("checkpoint.safetensors", SealedFiles.Kind.unfinished),
      ("distilled-0.checkpoint.safetensors", .unfinished),
      ("baseline-2.int8.checkpoint.safetensors", .unfinished),
      ("distilled-0.fp32.safetensors", .unfinished),
      ("distilled-1.link-2.weights.safetensors", .unfinished),
      ("shadow-baseline-3.safetensors", .shadow),
      ("shadow-distilled-3.checkpoint.safetensors", .unfinished),
      ("reference.safetensors", .reference), ("weights.safetensors", nil), ("student.tflite", nil),
      ("distilled-0.link-1.logits.f32", nil), (".weights.safetensors.1.partial", nil),
    ] as [(String, SealedFiles.Kind?)])
  func kinds(name: String, kind: SealedFiles.Kind?) {
    #expect(SealedFiles.Kind(fileName: name) == kind)
  }

  @Test("are found whole, damaged, cut, of another student or of an earlier version")
  func conditions() throws {
    let temporary = try TemporaryFolder()
    let folder = StudyFolder(temporary.path)
    for key in ["01", "02"] { try Folder.create(folder.candidate(key)) }
    try Folder.create(folder.teacher)
    let file = SafetensorsFile(
      tensors: ["parameters": NumericArray(shape: [2], [Float(1), 2])], metadata: [:])
    func path(_ key: String, _ repetition: Int) -> String {
      folder.checkpoint(of: key, repetition: repetition, isBaseline: false)
    }
    try file.sealed(for: path("01", 0)).write(to: path("01", 0))
    try file.sealed(for: path("01", 0)).write(to: path("02", 0))
    try file.write(to: path("02", 1))
    var changed = file.sealed(for: path("02", 2))
    changed.tensors["parameters"] = NumericArray(shape: [2], [Float(1), 3])
    try changed.write(to: path("02", 2))
    try temporary.write("half of a fi", to: "teacher/checkpoint.safetensors")

    let found = try SealedFiles(folder).files
    #expect(
      found.map(\.path) == [
        "teacher/checkpoint.safetensors", "candidates/01/distilled-0.checkpoint.safetensors",
        "candidates/02/distilled-0.checkpoint.safetensors",
        "candidates/02/distilled-1.checkpoint.safetensors",
        "candidates/02/distilled-2.checkpoint.safetensors",
      ])
    #expect(found.map(\.isLost) == [true, false, true, false, true])
    #expect(found[0].finding == "no whole safetensors file" && found[1].finding.isEmpty)
    #expect(
      found[2].finding
        == "another training's, written as 01/distilled-0.checkpoint.safetensors")
    #expect(found[3].finding.contains("no checksum"))
    #expect(found[4].finding.hasPrefix("sha256 "))
  }
}
