import Testing

@testable import Comparisons

@Suite("the difference of two accuracies")
struct AccuracyDifferenceTests {
  static func runs(_ texts: String...) -> MeasuredAccuracy {
    MeasuredAccuracy(texts.map { text in Answers(text.map { $0 == "1" }) })
  }

  let first = runs(
    "101011011111111111111110", "011110111110111110110111", "000111111110000000001011")
  let second = runs("011100000101010111011111", "111111011111111111111110")

  /// Reference: NumPy's two-way table and SciPy's t, computed from the same bits.
  @Test("of several trainings has both sources of variance")
  func components() throws {
    let (a, b) = (try #require(TrainingNoise([first])), try #require(TrainingNoise([second])))
    #expect(abs(a.runVariance - 0.04224537037037038) < 1e-12)
    #expect(abs(a.effectVariance - 0.03321256038647343) < 1e-12)
    #expect(a.freedom == 2)
    #expect(abs(b.effectVariance - 0.048913043478260844) < 1e-12)
    let difference = AccuracyDifference(first, second, noise: (a, b))
    #expect(difference.method == .imagesAndTrainings)
    #expect(abs(difference.value + 0.0555555555555556) < 1e-12)
    #expect(abs(difference.pValue - 0.8063935580925635) < 1e-9)
    #expect(abs(difference.interval.lowerBound + 0.7518559245593085) < 1e-9)
    #expect(abs(difference.interval.upperBound - 0.6407448134481973) < 1e-9)
  }

  @Test("of one training each is McNemar's where nothing else is known")
  func single() {
    let (a, b) = (MeasuredAccuracy([first.answers[0]]), MeasuredAccuracy([second.answers[0]]))
    let difference = AccuracyDifference(a, b)
    let pair = PairedProportions(a.answers[0], b.answers[0])
    #expect(difference.method == .images)
    #expect(difference.pValue == pair.midPValue)
    #expect(difference.value == pair.difference)
  }

  @Test("of one training each is less sure where the study's other trainings vary")
  func noisy() throws {
    let (a, b) = (MeasuredAccuracy([first.answers[0]]), MeasuredAccuracy([second.answers[0]]))
    let noise = try #require(TrainingNoise([first, second]))
    let difference = AccuracyDifference(a, b, noise: (noise, noise))
    #expect(difference.method == .imagesAndTrainings)
    #expect(difference.pValue > AccuracyDifference(a, b).pValue)
    // What one study does not know, the other does.
    let half = AccuracyDifference(a, b, noise: (noise, nil))
    #expect(half == difference)
  }

  @Test("without answers is that of different images")
  func unpaired() {
    let a = MeasuredAccuracy(mean: 0.93, count: 1000)
    let difference = AccuracyDifference(a, MeasuredAccuracy(mean: 0.915, count: 1000))
    #expect(difference.method == .unpaired)
    #expect(abs(difference.pValue - 0.20969017073726492) < 1e-12)
    let noise = TrainingNoise([
      MeasuredAccuracy(mean: 0.92, count: 1000, runs: 3, deviation: 0.02)
    ])
    let noisy = AccuracyDifference(
      a, MeasuredAccuracy(mean: 0.915, count: 1000), noise: (noise, noise))
    #expect(noisy.method == .unpaired)
    #expect(noisy.interval.upperBound > difference.interval.upperBound)
  }

  @Test("of a student with itself is none")
  func same() {
    let difference = AccuracyDifference(first, first)
    #expect(difference.value == 0 && difference.pValue == 1)
  }

  @Test("noise is that of all students trained more than once, and none without")
  func pooled() throws {
    #expect(TrainingNoise([MeasuredAccuracy([first.answers[0]])]) == nil)
    let noise = try #require(TrainingNoise([first, second]))
    #expect(noise.freedom == 3)
    #expect(abs(noise.runVariance - (2 * 0.04224537037037038 + 0.05555555555555553) / 3) < 1e-12)
  }
}
