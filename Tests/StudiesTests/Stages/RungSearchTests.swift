import Foundation
import Testing

@testable import Studies

/// A made-up worker that stops where its task says so.
enum RungWorker {
  /// Answers a task: its accuracy at a rung grows with the steps and, not quite, with its accuracy at
  /// the end, which is that of `FakeWorker`.
  static let answer = """
    awk -v line="$line" -v id="$id" -v trial="$trial" 'BEGIN {
      level = trial * 17 % 43
      count = split(line, parts, "{")
      for (i = 1; i <= count; i++) {
        if (!match(parts[i], /"step":[0-9]+/)) continue
        step = substr(parts[i], RSTART + 7, RLENGTH - 7)
        correct = 20 + int(level * step / 30) + trial * 7 % 5
        rungs = rungs (rungs == "" ? "" : ",") "{\\"step\\":" step ",\\"validation\\":" \
          evaluation(correct) "}"
        if (match(parts[i], /"stop_below":[0-9.e-]+/) &&
            correct / 100 < substr(parts[i], RSTART + 13, RLENGTH - 13) + 0) {
          reply("stopped", step, "")
          exit
        }
      }
      reply("measured", 30, ",\\"validation\\":" evaluation(40 + level))
    }
    function evaluation(correct) {
      return "{\\"count\\":100,\\"correct\\":" correct ",\\"negative_log_likelihood\\":0.5}"
    }
    function reply(status, steps, more) {
      print "{\\"id\\":" id ",\\"status\\":\\"" status "\\",\\"seconds\\":0.25,\\"steps\\":" steps more \
        ",\\"rungs\\":[" rungs "]}"
    }'
    """
}

@Suite("the search with rungs")
struct RungSearchTests {
  private static let text = StudyText.tiny.setting(
    "search",
    """
    {"trials": 15, "initial_trials": 4, "look_ahead": 2,
     "rungs": {"at": [0.25, 0.5], "keep": 0.4}}
    """)

  private static let beforeSearch = Result {
    let study = try TinyStudy(text)
    try StudyRun(try FakeWorker(in: study.temporary))(study, through: .teacher)
    return study
  }

  /// Searches in a copy of a study whose teacher is trained.
  private func search(
    workers: Int = 2, onTask: String = RungWorker.answer, stopsAfter: Int? = nil
  ) throws -> StudyOutcome {
    let study = try TinyStudy(copyOf: RungSearchTests.beforeSearch.get())
    let worker = try FakeWorker(in: study.temporary, onTask: onTask)
    var run = StudyRun(worker, workers: workers)
    if let stopsAfter {
      run.stopsAfter = { $0 >= stopsAfter }
      #expect(throws: StudyError.interrupted) { try run(study, through: .search) }
      run.stopsAfter = { _ in false }
    }
    return StudyOutcome(try run(study, through: .search))
  }

  @Test("stops some trials once enough is known, and keeps what they reached")
  func stops() throws {
    let outcome = try search()
    let stopped = outcome.trials.filter { $0.result?.outcome == .stopped }
    // Trial 9 is the first that knows eight results.
    #expect(!stopped.isEmpty && stopped.allSatisfy { $0.number >= 9 })
    for trial in outcome.trials {
      let result = try #require(trial.result)
      let steps = try #require(result.rungs?.map(\.step))
      if result.outcome == .stopped {
        #expect(result.validation == nil && trial.flashAccuracy == nil)
        #expect(result.steps == steps.last && (steps == [8] || steps == [8, 15]))
      } else {
        #expect(result.validation?.correct == FakeWorker.correct(trial.number))
        #expect(steps == [8, 15] && result.steps == 30)
      }
    }
    #expect(outcome.searchEnded?.trials == 15)
  }

  @Test("stops the same trials for any number of workers, whichever is first to answer")
  func workers() throws {
    let one = try search(workers: 1)
    for workers in [2, 4] {
      let other = try search(
        workers: workers,
        onTask: "sleep 0.0$((1 + (trial * 5 + \(workers)) % 3))\n" + RungWorker.answer)
      #expect(other == one, "\(workers) workers: \(other.difference(from: one))")
    }
  }

  @Test("stops the same trials after a stop and where workers died", arguments: [2, 10, 13])
  func resumes(stop: Int) throws {
    let expected = try search(workers: 1)
    let other = try search(
      onTask: "[ $((trial % 4)) = 1 ] && mkdir \"$folder/died-$trial\" 2>/dev/null && kill -9 $$\n"
        + RungWorker.answer, stopsAfter: stop)
    #expect(other == expected, "\(other.difference(from: expected))")
  }

  @Test("never makes a finalist of a stopped trial")
  func finalists() throws {
    let study = try TinyStudy(copyOf: RungSearchTests.beforeSearch.get())
    try study.write(RungSearchTests.text.setting("finalists", "{\"count\": 12}"))
    try FileManager.default.removeItem(atPath: study.folder.journal)
    let worker = try FakeWorker(
      in: study.temporary,
      onTask: "[ $kind = flash ] || { answer; continue; }\n" + RungWorker.answer)
    let state = try StudyRun(worker)(study)
    let stopped = state.trials.filter { $0.result?.outcome == .stopped }.map(\.number)
    #expect(!stopped.isEmpty && Set(state.finalists ?? []).isDisjoint(with: stopped))
    #expect((state.finalists ?? []).count == min(12, 15 - stopped.count))
    let savings = try #require(RungSavings(state))
    #expect(savings.stopped == stopped.count && savings.ended == 15)
    let steps = state.trials.compactMap(\.result).reduce(0) { $0 + $1.steps }
    #expect(savings.steps == 15 * 30 - steps)
    #expect(abs(savings.share - Double(savings.steps) / 450) < 1e-12)
  }

  @Test("sends no rungs where the study has none")
  func none() throws {
    let study = try TinyStudy(copyOf: RungSearchTests.beforeSearch.get())
    try study.write(.tiny)
    try FileManager.default.removeItem(atPath: study.folder.journal)
    let worker = try FakeWorker(
      in: study.temporary, onTask: "say \"$line\" >> \"$folder/tasks\"; answer")
    let state = try StudyRun(worker)(study, through: .search)
    let tasks = String(decoding: try study.temporary.read("tasks"), as: UTF8.self)
    #expect(!tasks.contains("rungs") && tasks.contains("\"kind\":\"flash\""))
    #expect(RungSavings(state) == nil)
    // Its journal is as it always was.
    for word in ["rungs", "source", "imported"] {
      #expect(!study.journalLines().joined().contains("\"\(word)\""))
    }
  }
}

@Suite("a task with rungs")
struct RungTaskTests {
  @Test("continues from the smallest accuracy that does, and where there is none, with any")
  func goesOn() throws {
    var work = StudentTask.FlashWork()
    #expect(work.continues(with: 0, after: 8))
    let threshold = Double(0.55).nextUp
    work.rungs = [.init(step: 8), .init(step: 15, stopBelow: threshold)]
    #expect(work.continues(with: 0, after: 8))
    #expect(work.continues(with: threshold, after: 15) && !work.continues(with: 0.55, after: 15))
    // The threshold reaches the worker to the last bit.
    let request = WorkerRequest(id: 0, task: StudentTask(.flash(work), key: "000", trial: 0))
    let sent = try JSONDecoder().decode(WorkerRequest.self, from: JSONEncoder().encode(request))
    #expect(sent == request)
  }
}

@Suite("the savings of rungs")
struct RungSavingsTests {
  @Test("are the steps that stopped trials did not take, at their own pace")
  func savings() throws {
    let state = MadeUp.state([
      MadeUp.imported([MadeUp.carried("a", 700, macs: 10)]),
      MadeUp.proposed(1, macs: 5), MadeUp.proposed(2, macs: 5), MadeUp.proposed(3, macs: 5),
      MadeUp.proposed(4, macs: 5), MadeUp.finished(1, 800, by: [(3, 500)], steps: 12),
      MadeUp.stopped(2, at: [(3, 400)]), MadeUp.stopped(3, at: [(3, 410), (6, 500)]),
      MadeUp.finished(4, nil),
    ])
    let savings = try #require(RungSavings(state))
    #expect(savings.stopped == 2 && savings.ended == 4 && savings.steps == 9 + 6)
    #expect(abs(savings.share - 15.0 / 36) < 1e-12)
    // Half a second each, for 3 and for 6 steps.
    #expect(abs(savings.seconds - (0.5 / 3 * 9 + 0.5 / 6 * 6)) < 1e-12)
  }

  @Test("are none where nobody was stopped")
  func none() {
    #expect(RungSavings(MadeUp.state([])) == nil)
    #expect(
      RungSavings(MadeUp.state([MadeUp.proposed(0, macs: 5), MadeUp.finished(0, 800)])) == nil)
  }
}
