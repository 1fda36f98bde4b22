import RandomStreams
import Testing

@testable import Comparisons

@Suite("resamples of images and trainings")
struct ResamplingTests {
  @Test("spread as the variances say")
  func spread() throws {
    var random = RandomStream(seed: 1, purpose: "students")
    let student = MeasuredAccuracy([Answers((0..<2000).map { _ in random.uniform() < 0.9 })])
    let resampling = AccuracyResampling([student, student])
    let draws = (0..<2000).map { _ in resampling.accuracies(using: &random) }
    #expect(draws.allSatisfy { $0[0] == $0[1] }, "the same images for both")
    let mean = draws.reduce(0) { $0 + $1[0] } / 2000
    let variance = draws.reduce(0) { $0 + ($1[0] - mean) * ($1[0] - mean) } / 1999
    // Four standard errors of a mean and of a deviation of 2000 draws.
    let deviation = (student.mean * (1 - student.mean) / 2000).squareRoot()
    #expect(abs(mean - student.mean) < 4 * deviation / 44.7)
    #expect(abs(variance.squareRoot() / deviation - 1) < 4 / 63.2)
  }

  @Test("choose a student that is far better always, one of two equal ones half of the time")
  func selection() throws {
    var random = RandomStream(seed: 2, purpose: "students")
    func student(_ skill: Double) -> MeasuredAccuracy {
      MeasuredAccuracy([Answers((0..<500).map { _ in random.uniform() < skill })])
    }
    let sure = try #require(
      SelectionStability(of: [student(0.5), student(0.95)], using: &random))
    #expect(sure.shares == [0, 1] && sure.entropyBits == 0)
    let half = Answers((0..<500).map { $0 % 2 == 0 })
    let other = Answers((0..<500).map { $0 % 2 == 1 })
    let even = try #require(
      SelectionStability(
        of: [MeasuredAccuracy([half]), MeasuredAccuracy([other])], using: &random))
    #expect(abs(even.shares[0] - 0.5) < 0.08)
    #expect(even.entropyBits > 0.97 && even.entropyBits <= 1)
    #expect(SelectionStability(of: [], using: &random) == nil)
  }

  @Test("see another training where there are several")
  func trainings() throws {
    var random = RandomStream(seed: 3, purpose: "students")
    let good = Answers((0..<400).map { $0 % 10 != 0 })
    let bad = Answers((0..<400).map { $0 % 2 != 0 })
    let middling = Answers((0..<400).map { $0 % 4 != 0 })
    let stability = try #require(
      SelectionStability(
        of: [MeasuredAccuracy([good, bad]), MeasuredAccuracy([middling])], using: &random))
    // Two bad trainings are drawn a quarter of the time, and lose; a mixed pair is at 0.7 and loses mostly.
    #expect(stability.shares[0] > 0.2 && stability.shares[0] < 0.4)
  }

  @Test("without answers are drawn for each student by itself")
  func unpaired() throws {
    var random = RandomStream(seed: 4, purpose: "students")
    let student = MeasuredAccuracy(mean: 0.9, count: 400)
    let stability = try #require(SelectionStability(of: [student, student], using: &random))
    #expect(abs(stability.shares[0] - 0.5) < 0.08)
  }
}

@Suite("the difference of two hypervolumes")
struct HypervolumeDifferenceTests {
  @Test(
    "is the mean over budgets of what the best student within them reaches, on 200 random fronts")
  func property() {
    var random = RandomStream(seed: 1, purpose: "fronts")
    for round in 0..<200 {
      let (before, after) = (random.students(1 + round % 7), random.students(1 + round % 5))
      let difference = HypervolumeDifference(
        before: before, after: after, accuracy: 0.5, costs: [13], resamples: 2, using: &random)
      func mean(_ students: [Candidate]) -> Double {
        (0..<13).reduce(0) { sum, budget in
          let within = students.filter { $0.costs[0] <= Double(budget) }
          return sum + (within.map { max(0, $0.accuracy.mean - 0.5) }.max() ?? 0) / 13
        }
      }
      #expect(abs(difference.before - mean(before)) < 1e-9)
      #expect(abs(difference.after - mean(after)) < 1e-9)
    }
  }

  @Test("of a set with itself is none, and its interval too where answers are known")
  func same() {
    var random = RandomStream(seed: 2, purpose: "fronts")
    let students = random.students(5)
    let difference = HypervolumeDifference(
      before: students, after: students, accuracy: 0.4, costs: [13], using: &random)
    #expect(difference.isPaired && difference.value == 0)
    #expect(difference.interval == 0...0)
  }

  @Test("has an interval that holds about 95 % of what other images give")
  func coverage() {
    var random = RandomStream(seed: 3, purpose: "fronts")
    var covered = 0
    // Two students of equal cost: the volume's difference is that of accuracies, 0.02, times 1/2.
    for _ in 0..<200 {
      func student(_ skill: Double) -> [Candidate] {
        [
          Candidate(
            accuracy: MeasuredAccuracy([Answers((0..<300).map { _ in random.uniform() < skill })]),
            costs: [1])
        ]
      }
      let (before, after) = (student(0.80), student(0.82))
      let difference = HypervolumeDifference(
        before: before, after: after, accuracy: 0.2, costs: [2], resamples: 200, using: &random)
      if difference.interval.contains(0.01) { covered += 1 }
    }
    // 95 % of 200 are 190; five deviations of a binomial below it.
    #expect(covered > 174)
  }
}
