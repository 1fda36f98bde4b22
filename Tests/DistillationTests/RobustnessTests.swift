import Datasets
import Testing

@testable import Distillation

@Suite("the robustness of a model")
struct RobustnessTests {
  @Test("is that of every corruption at every severity, after the sample as it is")
  func order() throws {
    let model = try SmallTeacher.model()
    let reader = try StripedImages.reader()
    let images = CorruptedImages(reader, split: .test, count: 30, seed: 5)
    let results = try #require(model.robustness(on: images))
    #expect(results.count == 36 && results.allSatisfy { $0.count == 30 })
    let clean = model.evaluate(on: .test, reader: reader)
    #expect(
      results[0]
        == RobustnessResult(corruption: nil, severity: 0, count: 30, correct: clean.correct))
    #expect(results[1...].map(\.corruption) == Corruption.all.map(\.kind))
    #expect(results[1...].map(\.severity) == Corruption.all.map(\.severity))
    // Stripes that are hidden or washed out are told apart less well than clean ones.
    let worst = results.filter { $0.severity == 5 }.map(\.accuracy).min() ?? 1
    #expect(worst < clean.accuracy - 0.2)
    #expect(model.robustness(on: images) == results)
  }

  @Test("is not told where the user stops it")
  func stopped() throws {
    let model = try SmallTeacher.model()
    let images = CorruptedImages(
      try StripedImages.reader(), split: .test, count: 3, seed: 5)
    var shares: [Double] = []
    let results = model.robustness(on: images) {
      shares.append($0)
      return shares.count < 2
    }
    #expect(results == nil && shares.count == 2)
  }
}
