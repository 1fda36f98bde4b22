import Testing

@testable import Studies

@Suite("what executes tasks of which some were done elsewhere")
struct AnsweringExecutorTests {
  private func told(
    _ key: String, _ kind: TrainingName.Kind, fraction: Double? = nil, isBaseline: Bool = false,
    validation: Int? = nil, test: Int? = nil
  ) -> JournalEvent.Told {
    JournalEvent.Told(
      training: TrainingName(
        key: key, kind: kind, repetition: 0, isBaseline: isBaseline, fraction: fraction),
      validation: validation.map { MadeUp.evaluation($0) },
      test: test.map { MadeUp.evaluation($0) },
      repeats: validation.map { [MadeUp.evaluation($0 + 1)] }, seconds: 2)
  }

  private func executor(_ told: JournalEvent.Told...) -> AnsweringExecutor {
    AnsweringExecutor(
      AskingExecutor(capacity: 3),
      knowing: KnownTrainings(
        MadeUp.state(told.map(JournalEvent.told)), in: StudyFolder("no-study"), flashFraction: 0.1))
  }

  private func result(_ executor: AnsweringExecutor, _ task: StudentTask) throws -> TaskResult? {
    let number = executor.submit(task)
    let (ended, outcome) = try executor.wait {}
    #expect(ended == number)
    return outcome.result
  }

  @Test("answers a flash training of the same fraction, whether that is the study's own or not")
  func flash() throws {
    let executor = executor(told("a", .flash, fraction: 0.1, validation: 700))
    let own = StudentTask(.flash(.init(isRepeated: true)), key: "a")
    let result = try #require(try result(executor, own))
    #expect(result.ending == .measured && result.validation?.correct == 700)
    #expect(result.repeats?.map(\.correct) == [701] && result.seconds == 2)
    // Without being asked for, there is no repeat.
    #expect(try self.result(executor, StudentTask(.flash(.init()), key: "a"))?.repeats == nil)
    #expect(
      try self.result(executor, StudentTask(.flash(.init(fraction: 0.1)), key: "a")) != nil)
    for other in [
      StudentTask(.flash(.init(fraction: 0.2)), key: "a"),
      StudentTask(.flash(.init(repetition: 1)), key: "a"), StudentTask(.flash(.init()), key: "b"),
      StudentTask(.full(.init(repetition: 0)), key: "a"),
    ] {
      let executor = self.executor(told("a", .flash, fraction: 0.1, validation: 700))
      _ = executor.submit(other)
      #expect(throws: AskingExecutor.Asked.self) { try executor.wait {} }
    }
  }

  @Test("keeps the test split from a search")
  func test() throws {
    let executor = executor(
      told("a", .full, validation: 800, test: 790),
      told("a", .full, isBaseline: true, validation: 770, test: 760), told("b", .test, test: 650))
    func full(_ usesTest: Bool, _ isBaseline: Bool = false) -> StudentTask {
      StudentTask(
        .full(.init(repetition: 0, isBaseline: isBaseline, usesTest: usesTest)), key: "a")
    }
    #expect(try result(executor, full(false))?.test == nil)
    #expect(try result(executor, full(true))?.test?.correct == 790)
    #expect(try result(executor, full(true, true))?.test?.correct == 760)
    let test = try result(executor, StudentTask(.test, key: "b"))
    #expect(test?.ending == .measured && test?.test?.correct == 650)
  }

  @Test("answers that a training diverged")
  func diverged() throws {
    let executor = executor(told("a", .full))
    let task = StudentTask(.full(.init(repetition: 0)), key: "a")
    #expect(try result(executor, task)?.ending == .diverged)
  }

  @Test("has what is told beside what the other executor does")
  func beside() throws {
    let executor = executor(told("a", .flash, fraction: 0.1, validation: 700))
    let tasks = ["b", "a", "c"].map { StudentTask(.flash(.init()), key: $0) }
    let numbers = tasks.map(executor.submit)
    #expect(executor.running.map(\.task) == tasks && executor.running.map(\.number) == numbers)
    #expect(executor.idleCount == 0)
    let (ended, _) = try executor.wait {}
    #expect(ended == numbers[1] && executor.running.map(\.number) == [numbers[0], numbers[2]])
    do {
      _ = try executor.wait {}
    } catch let asked as AskingExecutor.Asked {
      #expect(asked.tasks == [tasks[0], tasks[2]])
    }
  }
}
