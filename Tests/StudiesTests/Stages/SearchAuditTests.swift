import Foundation
import TestSupport
import Testing

@testable import Studies

/// A study of eight flash trials with an audit after four and two finalists, that was run without a break
/// with made-up workers, once. Full training ranks the first four with ρ = 0.8.
private enum Audited {
  static let text = StudyText.tiny
    .setting("search", "{\"sampler\": \"quasirandom\", \"trials\": 8, \"look_ahead\": 4}")
    .setting("audit", "{\"count\": 4, \"smallest_correlation\": 1}")
    .setting("flash", "{\"fraction\": 0.1, \"batch\": 12}")

  private static let made = Result {
    let study = try TinyStudy(text)
    try StudyRun(try worker(study))(study)
    return study
  }

  static func study() throws -> TinyStudy { try made.get() }

  /// A copy whose journal ends before the first trial, with another definition if one is given.
  static func begun(_ text: StudyText? = nil) throws -> TinyStudy {
    let copy = try TinyStudy(copyOf: study())
    if let text {
      try copy.write(text)
      try FileManager.default.removeItem(atPath: copy.folder.journal)
    } else {
      try copy.cutJournal(toLines: 3)
    }
    for name in ["candidates", "tasks"] {
      try FileManager.default.removeItem(atPath: copy.temporary.file(name))
    }
    return copy
  }

  /// Answers as a real worker does: five right answers more at a raised fraction, the test split where
  /// it is asked for, weights after a training.
  static func worker(_ study: TinyStudy, onTask: String = "answer") throws -> FakeWorker {
    try FakeWorker(
      in: study.temporary,
      atStart: """
        answer() {
          correct=$((40 + trial * 17 % 43))
          case "$line" in *'"fraction":'*) correct=$((correct + 5));; esac
          test=''
          if [ "$kind" != flash ]; then
            correct=$((55 + trial * 29 % 31))
            case "$line" in
            *'"uses_test":false'*) ;;
            *) test=',"test":{"count":100,"correct":50,"negative_log_likelihood":0.5}';;
            esac
          fi
          if [ "$kind" = distill ]; then
            mkdir -p "$folder/candidates/$key"; : > "$folder/candidates/$key/weights.safetensors"
          fi
          evaluation='{"count":100,"correct":'$correct',"negative_log_likelihood":0.5}'
          say '{"id":'$id',"status":"measured","seconds":0.25,"steps":7,"validation":'$evaluation$test'}'
        }
        """,
      onTask: """
        key=${line#*'"key":"'}; key=${key%%'"'*}
        say "$line" >> "$folder/tasks"
        \(onTask)
        """)
  }

  static func tasks(_ study: TinyStudy) throws -> [StudentTask] {
    let decoder = JSONDecoder()
    return try String(decoding: study.temporary.read("tasks"), as: UTF8.self).split(separator: "\n")
      .map { try decoder.decode(WorkerRequest.self, from: Data($0.utf8)).task }
  }

  static func expectSame(
    _ study: TinyStudy, _ comment: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let (found, expected) = (try study.outcome(), try self.study().outcome())
    #expect(
      found == expected, "\(comment): \(found.difference(from: expected))",
      sourceLocation: sourceLocation)
  }
}

@Suite("the audit within a search")
struct SearchAuditTests {
  @Test("trains, compares and scores again before the next student is proposed")
  func order() throws {
    let study = try Audited.study()
    let kinds = try study.journalLines().map { line in
      let event = try JSONDecoder().decode(JournalEvent.self, from: Data(line.utf8))
      return switch event {
      case .proposed(let value): value.trial < 4 ? "early" : "late"
      case .finished(let value): value.trial < 4 ? "early" : "late"
      case .distilled: "distilled"
      case .rescored: "rescored"
      case .audited: "audited"
      case .searchEnded: "ended"
      case .tested: "tested"
      default: "other"
      }
    }.filter { $0 != "other" }
    func count(_ kind: String, before end: Int) -> Int { kinds[..<end].count { $0 == kind } }
    let audited = try #require(kinds.firstIndex(of: "audited"))
    #expect(count("early", before: audited) == 8 && count("late", before: audited) == 0)
    #expect(count("distilled", before: audited) == 4 && count("rescored", before: audited) == 4)
    let ended = try #require(kinds.firstIndex(of: "ended"))
    #expect(count("late", before: ended) == 8 && count("tested", before: ended) == 0)
    #expect(kinds.count { $0 == "tested" } == 4)
    let state = try Journal.state(of: study.folder)
    let verdict = try #require(state.audited)
    #expect(verdict.verdict == .raised && verdict.fraction == 0.2)
    #expect(abs(try #require(verdict.spearman) - 0.8) < 1e-12 && verdict.trials == [0, 1, 2, 3])
    #expect(state.trials.map { $0.result?.fraction } == [nil, nil, nil, nil, 0.2, 0.2, 0.2, 0.2])
    #expect(state.finalists?.count == 2 && state.untestedTrials.isEmpty)
  }

  @Test("leaves the test split alone until the search has ended")
  func testSplit() throws {
    let lines = try Audited.study().journalLines()
    let end = try #require(lines.firstIndex { $0.contains("\"search_ended\"") })
    #expect(!lines[..<end].contains { $0.contains("\"test\":{") })
  }

  @Test("does no training twice, a finalist's neither")
  func tasks() throws {
    let study = try Audited.study()
    let tasks = try Audited.tasks(study)
    let state = try Journal.state(of: study.folder)
    var (full, baselines): ([StudentTask], [StudentTask]) = ([], [])
    var flash: [(trial: Int, fraction: Double?)] = []
    var withoutTest = 0
    for task in tasks {
      switch task.work {
      case .flash(let work):
        flash.append((try #require(task.trial), work.fraction))
      case .full(let work) where work.isBaseline: baselines.append(task)
      case .full(let work):
        full.append(task)
        withoutTest += work.usesTest ? 0 : 1
      case .test, .robustness, .shadow, .teacherShadow: break
      }
    }
    #expect(Set(full.map(\.trial)).count == full.count)
    #expect(Set(full.map(\.trial)) == Set(state.fullTrials))
    #expect(withoutTest == 4)
    #expect(Set(flash.map(\.trial)) == Set(0..<8))
    #expect(Set(flash.map { "\($0)" }).count == 12)
    #expect(flash.count == 12 && flash.count { $0.fraction == 0.2 } == 8)
    #expect(baselines.compactMap(\.trial).sorted() == state.finalists)
  }

  @Test("comes to the same end with any number of workers", arguments: [1, 3, 5])
  func workers(count: Int) throws {
    let study = try Audited.begun()
    let worker = try Audited.worker(study, onTask: "sleep 0.0$((1 + trial % 3)); answer")
    try StudyRun(worker, workers: count)(study)
    try Audited.expectSame(study, "\(count) workers")
  }

  @Test("comes to the same end from a journal cut anywhere")
  func cut() throws {
    let whole = try Audited.study()
    let lines = whole.journalLines()
    for count in Thoroughness.every(3, of: 3..<lines.count) {
      let study = try TinyStudy(copyOf: whole)
      try study.cutJournal(toLines: count, andBytes: 17)
      try StudyRun(try Audited.worker(study), workers: 1 + count % 2)(study)
      try Audited.expectSame(study, "\(count) lines")
    }
  }

  @Test("comes to the same end after stops on its way")
  func stopped() throws {
    let study = try Audited.begun()
    var run = StudyRun(try Audited.worker(study), workers: 1)
    var stops = 0
    run.stopsAfter = { $0 >= 1 }
    while stops < 30 {
      do {
        try run(study)
        break
      } catch StudyError.interrupted {
        stops += 1
      }
    }
    // One result a run: eight trials, six full trainings and two baselines, and four scored again.
    #expect(stops >= 18)
    try Audited.expectSame(study, "\(stops) stops")
  }

  @Test("drops who diverges or crashes, and does not look at their test accuracy")
  func failures() throws {
    for failure in ["say '{\"id\":'$id',\"status\":\"diverged\"}'", "kill -SEGV $$"] {
      let study = try Audited.begun()
      let worker = try Audited.worker(
        study, onTask: "[ $kind$trial = distill2 ] && \(failure) || answer")
      let state = try StudyRun(worker)(study)
      let audited = try #require(state.audited)
      // Flash ranks 0 3 1, as full training does.
      #expect(audited.trials == [0, 1, 2, 3] && audited.spearman == 1)
      #expect(audited.verdict == .ranks && state.rescored.isEmpty)
      #expect(state.tested == [0, 1, 3] && state.finalists?.contains(2) == false)
      let results = StudyResults(try study.inputs().definition, state)
      #expect(Set(results.students.map(\.trial)) == Set(state.fullTrials).subtracting([2]))
      #expect(results.failedFinalists.isEmpty)
    }
  }

  @Test("keeps the fraction where students cannot be scored again")
  func notRescored() throws {
    let study = try Audited.begun()
    let worker = try Audited.worker(
      study, onTask: "case \"$line\" in *'\"fraction\":'*) kill -SEGV $$;; esac; answer")
    let state = try StudyRun(worker)(study)
    #expect(state.audited?.verdict == .incomparable && state.rescored.count == 4)
    #expect(state.trials.allSatisfy { $0.result?.fraction == nil && $0.flashAccuracy != nil })
  }

  @Test("comes last where its share is all, with nothing left to raise")
  func atTheEnd() throws {
    let text = Audited.text
      .setting("audit", "{\"count\": 3, \"at\": 1, \"smallest_correlation\": 1}")
    let study = try Audited.begun(text)
    let state = try StudyRun(try Audited.worker(study))(study)
    #expect(state.auditedCount == 8 && state.audited?.trials.count == 3)
    #expect([.kept, .ranks].contains(state.audited?.verdict))
    #expect(state.finalists?.count == 2 && state.fullTrials.count == 5)
  }

  @Test("takes what is there where the space is exhausted before its moment")
  func exhausted() throws {
    let text = Audited.text.setting("search", "{\"trials\": 40, \"initial_trials\": 4}")
    let study = try Audited.begun(text)
    let state = try StudyRun(try Audited.worker(study))(study)
    #expect(state.auditedCount == 15 && state.audited?.trials.count == 4)
    #expect(state.searchEnded?.isExhausted == true && state.raisedFraction == nil)
  }

  @Test("does not come where a version without audits was past its moment")
  func oldJournal() throws {
    let text = Audited.text
      .setting("audit", "{\"count\": 4, \"smallest_correlation\": -1}")
    let study = try Audited.begun(text)
    try StudyRun(try Audited.worker(study))(study, through: .search)
    let old = study.journalLines().filter { line in
      !["audited", "distilled", "search_ended"].contains { line.contains("\"event\":\"\($0)\"") }
    }
    try study.writeJournal(old.dropLast(2))
    let state = try StudyRun(try Audited.worker(study))(study)
    #expect(state.audited == nil && state.trials.count == 8)
    #expect(Set(state.distilled.map(\.trial)) == Set(state.finalists ?? []))
  }
}
