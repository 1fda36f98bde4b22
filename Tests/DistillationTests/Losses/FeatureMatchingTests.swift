import NeuralNetworks
import Testing

@testable import Distillation

@Suite("matching the places of student and teacher")
struct FeatureMatchingTests {
  /// A stem and blocks of one convolution each, on images of 16×16.
  private func network(_ blocks: [(channels: Int, stride: Int)]) throws -> Network {
    var builder = NetworkBuilder(input: TensorShape(height: 16, width: 16, channels: 1))
    for block in blocks {
      try builder.appendNormed(
        kernel: 3, stride: block.stride, channels: block.channels, activation: .relu)
    }
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 3))
    return try builder.network()
  }

  private func matching() throws -> FeatureMatching {
    FeatureMatching(
      student: try network([(4, 2), (5, 1), (6, 2)]),
      teacher: try network([(8, 1), (9, 2), (10, 1), (11, 1), (12, 2), (13, 2)]))
  }

  private func names(
    _ term: LossTerm, in matching: FeatureMatching
  ) throws -> [String] {
    try matching.matches(of: term).map { "\($0.student.name)-\($0.teacher.name)" }
  }

  private func term(_ student: String?, _ teacher: String? = nil) -> LossTerm {
    LossTerm(HintRule(), student: student, teacher: teacher)
  }

  @Test("takes what is named, and finds the rest by resolution, then by depth")
  func matches() throws {
    let matching = try matching()
    #expect(try names(term("stage1", "stage4"), in: matching) == ["stage1-stage4"])
    // 8×8 and 4×4: the teacher's second and third of 16, 8, 4 and 2.
    #expect(try names(term("stage1"), in: matching) == ["stage1-stage2"])
    #expect(try names(term(nil), in: matching) == ["stage2-stage3"])
    #expect(try names(term("stages"), in: matching) == ["stage1-stage2", "stage2-stage3"])
    #expect(try names(term(nil, "stage4"), in: matching) == ["stage2-stage4"])
    #expect(try names(term("pooled"), in: matching) == ["pooled-pooled"])
    // Depth 1/4 of the student; 2/7, 3/7 and 4/7 of the teacher's blocks of 8×8.
    #expect(try names(term("block1"), in: matching) == ["block1-block2"])
    #expect(try names(term("block3"), in: matching) == ["block3-block5"])
  }

  @Test("tells the shapes of what it has matched")
  func describes() throws {
    let match = try #require(try matching().matches(of: term(nil)).first)
    #expect(
      "\(match)" == "the student's stage2 (4×4×6) with the teacher's stage3 (4×4×12)")
    #expect(match.pair.studentShape.channels == 6 && match.pair.teacherShape.channels == 12)
  }

  @Test("refuses places that are not there, with those that are")
  func refusals() throws {
    let matching = try matching()
    for (term, part) in [
      (term("stage3"), "the student has no stage3: it has stage1 (8×8×5), stage2 (4×4×6)"),
      (term(nil, "block9"), "the teacher has no block9: it has stage1 (16×16×8)"),
    ] {
      let error = #expect(throws: LossError.self) { _ = try matching.matches(of: term) }
      #expect(error?.description.contains(part) == true, "\(String(describing: error))")
    }
  }
}
