import Comparisons
import RandomStreams
import TestSupport
import Testing

@testable import FrontFiles

@Suite("a comparison of studies")
struct StudyComparisonTests {
  private func front(seed: UInt64 = 1) -> MadeUpFront {
    var random = RandomStream(seed: seed, purpose: "fronts")
    return random.front()
  }

  @Test("of a study with itself finds nothing")
  func same() throws {
    let file = try front().file()
    let pair = try StudyComparison(baseline: file, others: [file]).pairs[0]
    #expect(pair.differences.isEmpty)
    #expect(pair.split == .test)
    let budget = try #require(pair.budgets.first)
    #expect(budget.before?.key == "k3" && budget.after?.key == "k3")
    #expect(budget.verdict == .tied && budget.difference?.value == 0)
    #expect(pair.hypervolume.difference.value == 0)
    #expect(pair.students.count == 4 && pair.students.allSatisfy { $0.verdict == .tied })
    #expect(pair.students.map { $0.standing.before } == pair.students.map { $0.standing.after })
    #expect(pair.students.first?.standing.before == .dominates, "nobody costs less")
    #expect(budget.shareBefore == budget.shareAfter && (budget.shareBefore ?? 0) > 0.5)
  }

  @Test("finds what is lost, gained and worse, and says what differs in the question")
  func changes() throws {
    var later = front(seed: 2)
    later.seed = 7
    later.hashes["teacher_weights_sha256"] = "0123456789abcdef"
    var random = RandomStream(seed: 3, purpose: "worse")
    let worse = [Double](repeating: 0.6, count: 400)
    later.students[3].key = "new"
    for index in later.students.indices {
      later.students[index].validation = [random.answers(worse), random.answers(worse)]
      later.students[index].test = [random.answers(worse), random.answers(worse)]
    }
    let pair = try StudyComparison(baseline: try front().file("a"), others: [later.file("b")])
      .pairs[0]
    #expect(pair.budgets[0].verdict == .worse)
    #expect((pair.budgets[0].difference?.value ?? 0) < -0.15)
    #expect(pair.hypervolume.difference.interval.upperBound < 0)
    #expect(pair.students.map(\.key) == ["k0", "k1", "k2", "new", "k3"])
    #expect(pair.students[3].before == nil && pair.students[4].after == nil)
    #expect(
      pair.differences == [
        QuestionDifference(
          what: "teacher's weights", before: "unknown", after: "0123456789ab"),
        QuestionDifference(what: "seed", before: "1", after: "7"),
      ])
  }

  @Test("takes teachers that say the same for the same, whatever they are made of")
  func sameAnswers() throws {
    func differences(_ before: [String: String], _ after: [String: String]) throws -> [String] {
      var (old, new) = (front(), front())
      old.hashes.merge(before) { $1 }
      new.hashes.merge(after) { $1 }
      return try StudyComparison(baseline: old.file("a"), others: [new.file("b")])
        .pairs[0].differences.map(\.what)
    }
    let (weights, answers) = ("teacher_weights_sha256", "teacher_logits_sha256")
    #expect(try differences([weights: "1", answers: "a"], [answers: "a"]) == [])
    #expect(try differences([answers: "a"], [answers: "b"]) == ["teacher's answers"])
    // An earlier version did not take the hash of what its teacher says.
    #expect(try differences([weights: "1"], [weights: "1", answers: "a"]) == [])
    #expect(try differences([weights: "1"], [weights: "2", answers: "a"]) == ["teacher's weights"])
  }

  @Test("is refused where it would lie")
  func refused() throws {
    let before = try front().file("a")
    func compare(_ change: (inout MadeUpFront) -> Void, cost: String? = nil) throws
      -> StudyComparison
    {
      var after = front()
      change(&after)
      return try StudyComparison(baseline: before, others: [after.file("b")], cost: cost)
    }
    expectError(["not comparable", "test splits of a and b hold other images"]) {
      _ = try compare { $0.testHash = "other" }
    }
    expectError(["do not say which images"]) {
      _ = try compare {
        $0.testHash = nil
        $0.hashes["data_sha256"] = nil
      }
    }
    // Without the splits' hashes that of all data stands for them.
    _ = try compare { $0.testHash = nil }
    expectError(["latency_ms means something else", "'board, one core' and 'another'", "--cost"]) {
      _ = try compare { $0.measurementProtocol = "another" }
    }
    let pair = try compare({ $0.measurementProtocol = "another" }, cost: "macs").pairs[0]
    #expect(pair.hypervolume.metrics == ["macs"])
    for other in ["joules", "seeds", "test_accuracy", "latency_se_ms"] {
      expectError(["b: no student has a cost '\(other)', expected one of latency_ms, macs"]) {
        _ = try StudyComparison(baseline: try front().file("b"), others: [before], cost: other)
      }
    }
    expectError(["b: no student has had its full training"]) {
      _ = try compare { $0.students = [] }
    }
    expectError(["validation accuracies of chosen students are maxima, of 20 trials", "40 after"]) {
      var one = front()
      for index in one.students.indices { one.students[index].test = [] }
      var two = one
      two.trials = 40
      _ = try StudyComparison(baseline: one.file("a"), others: [two.file("b")])
    }
  }

  @Test("has a hypervolume of what validation chooses, from the smallest budget on")
  func hypervolume() throws {
    func answers(_ right: Int) -> [Bool] { (0..<100).map { $0 < right } }
    func made(_ students: [(latency: Double, validation: Int, test: Int)]) -> MadeUpFront {
      var front = MadeUpFront(
        students: students.enumerated().map { index, student in
          MadeUpFront.Student(
            key: "k\(index)", latency: student.latency, validation: [answers(student.validation)],
            test: [answers(student.test)])
        })
      front.budgets = ["latency_ms<=1", "latency_ms<=2"]
      front.limits = ["latency_ms<=4"]
      return front
    }
    // The third has luck on the test images alone, and nobody asks what the first costs below 1 ms.
    let volume = try StudyComparison(
      baseline: made([(0.2, 60, 60), (1.5, 80, 70), (2, 70, 90)]).file("a"),
      others: [made([(0.9, 60, 60), (1.5, 80, 70)]).file("b")]
    ).pairs[0].hypervolume
    #expect(volume.firstCosts == [1] && volume.referenceCosts == [4])
    #expect(volume.referenceAccuracy == 0.59)
    #expect(volume.difference.value == 0)
    // 1 point above the reference from 1 to 1.5 ms, and 11 from there to 4.
    #expect(abs(volume.difference.before - (0.01 * 0.5 + 0.11 * 2.5) / 3) < 1e-12)
  }

  @Test("is by the device that both have where one study has a device more")
  func addedDevice() throws {
    var after = front()
    after.secondDevice = "phone"
    after.budgets = ["latency_ms@board<=1.5", "latency_ms@phone<=2"]
    after.limits = ["latency_ms@board<=5"]
    var before = front()
    before.limits = ["latency_ms<=5"]
    for (first, second) in [(before, after), (after, before)] {
      let pair = try StudyComparison(baseline: first.file("a"), others: [second.file("b")]).pairs[0]
      #expect(pair.hypervolume.metrics == ["latency_ms@board"])
      #expect(pair.hypervolume.referenceCosts == [5])
      #expect(pair.hypervolume.firstCosts == [1.5])
      #expect(Set(pair.budgets.map { $0.bounds[0].bound }) == [1.5, 2, 5])
      #expect(Set(pair.budgets.map { $0.before?.key }) == ["k3", "k2"])
      #expect(Set(pair.budgets.map { $0.after?.key }) == ["k3", "k2"])
      // How fast students are on the other device is not known in one of the files.
      #expect(pair.unknownBudgets == ["latency_ms@phone<=2"])
    }
    after.measurementProtocol = "another"
    expectError(["latency_ms@board means something else"]) {
      _ = try StudyComparison(baseline: front().file("a"), others: [after.file("b")])
    }
  }

  @Test("has levels of a cost that both studies reach where neither asks for a budget")
  func levels() throws {
    var front = front()
    front.budgets = []
    let file = try front.file()
    let pair = try StudyComparison(baseline: file, others: [file]).pairs[0]
    // Costs from 0.5 to 2 in three equal steps of the logarithm, rounded up.
    #expect(
      pair.budgets.map(\.name)
        == ["latency_ms<=0.5", "latency_ms<=0.8", "latency_ms<=1.3", "latency_ms<=2"])
    #expect(pair.budgets.map { $0.before?.key } == ["k0", "k0", "k1", "k3"])
  }

  @Test("takes winners by the study's confidence in predicted costs")
  func confidence() throws {
    var front = front()
    for index in front.students.indices { front.students[index].latencyError = 0.2 }
    let file = try front.file()
    let pair = try StudyComparison(baseline: file, others: [file]).pairs[0]
    // 2 ms ± 0.2 ms keeps 2 ms only with a half.
    #expect(pair.budgets[0].before?.key == "k2")
  }

  @Test("corrects p-values over all budgets of all studies")
  func corrected() throws {
    var later = front(seed: 2)
    later.budgets = ["latency_ms<=1", "latency_ms<=2"]
    let comparison = try StudyComparison(
      baseline: front().file("a"), others: [later.file("b"), later.file("c")])
    let budgets = comparison.pairs.flatMap(\.budgets)
    #expect(budgets.count == 4)
    // In both studies other students win within the two budgets, so there are four tests.
    let raw = budgets.compactMap { $0.difference?.pValue }
    #expect(budgets.compactMap(\.pValue) == holmCorrected(raw))
    later.budgets = ["latency_ms<=2", "latency_ms<=2.2"]
    let pair = try StudyComparison(baseline: front().file("a"), others: [later.file("b")]).pairs[0]
    #expect(pair.budgets.map(\.pValue) == pair.budgets.map { $0.difference?.pValue })
  }

  @Test("takes winners as plain loops do, on 250 random fronts")
  func property() throws {
    var random = RandomStream(seed: 5, purpose: "winners")
    for _ in 0..<250 {
      var front = random.front(images: 40, students: 6)
      for index in front.students.indices {
        front.students[index].latency = 0.25 * Double(1 + random.integer(below: 8))
        front.students[index].latencyError = random.uniform() < 0.5 ? 0 : 0.1
        let skill = [Double](repeating: 0.5 + 0.4 * random.uniform(), count: 40)
        front.students[index].validation = [random.answers(skill)]
        front.students[index].test = [random.answers(skill)]
      }
      front.students.sort { $0.latency < $1.latency }
      let file = try front.file()
      let bound = Double(1 + random.integer(below: 4)) / 2
      let kept = try #require(
        file.keeping([MetricBound("latency_ms", .atMost, bound)], confidence: 0.9))
      var best: (key: String, right: Int)?
      for student in front.students
      where student.latency + 1.2815515655446004 * student.latencyError <= bound {
        let right = student.validation[0].count(where: \.self)
        if right > best?.right ?? -1 { best = (student.key, right) }
      }
      #expect(file.winner(kept)?.key == best?.key)
    }
  }
}
