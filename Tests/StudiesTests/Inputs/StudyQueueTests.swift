import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("the students that a user asks for")
struct StudyQueueTests {
  private func search(_ enqueue: String) -> StudyText {
    .tiny.setting(
      "search",
      "{\"sampler\": \"random\", \"trials\": 6, \"look_ahead\": 2, \"enqueue\": \(enqueue)}")
  }

  private func keys(_ outcome: StudyOutcome) -> [String] { outcome.trials.map(\.key) }

  @Test("are tried first, in their order, then what was enqueued, then what the sampler proposes")
  func order() throws {
    let study = try TinyStudy(search("[\"212\", \"000\"]"))
    let worker = try FakeWorker(in: study.temporary)
    let queue = try StudyQueue.append(["110", "002"], to: study.inputs(), version: "1")
    #expect(queue.keys == ["212", "000", "110", "002"])
    try StudyRun(worker, workers: 1)(study, through: .search)
    let outcome = try study.outcome()
    #expect(Array(keys(outcome).prefix(4)) == ["212", "000", "110", "002"])
    #expect(Set(keys(outcome)).count == 6 && outcome.searchEnded?.trials == 6)
  }

  @Test("may be enqueued by the names of reference designs")
  func names() throws {
    let study = try studyWithReferences(search("[]"))
    let inputs = try study.inputs()
    let key = inputs.space.key(ofNameOrKey: "deep")
    #expect(key != "deep")
    #expect(try StudyQueue.append(["deep"], to: inputs, version: "1").keys == [key])
  }

  @Test("may be enqueued while a study is at rest, and are tried next", arguments: [1, 3])
  func inBetween(stop: Int) throws {
    let study = try TinyStudy(search("[]"))
    let worker = try FakeWorker(in: study.temporary)
    var run = StudyRun(worker, workers: 1)
    run.stopsAfter = { $0 >= stop }
    #expect(throws: StudyError.interrupted) { try run(study, through: .search) }
    let before = try study.outcome().trials
    let tried = Set(before.map(\.key))
    let wanted = try #require(["212", "000", "110"].first { !tried.contains($0) })
    #expect(try StudyQueue.append([wanted], to: study.inputs(), version: "1").keys == [wanted])
    try StudyRun(worker, workers: 1)(study, through: .search)
    let trials = try study.outcome().trials
    #expect(trials.count == 6 && trials[before.count].key == wanted)
    // The queue is a part of the journal: cut off behind it, the study tries the same again.
    let again = try TinyStudy(copyOf: study)
    let lines = again.journalLines()
    try again.cutJournal(toLines: try #require(lines.firstIndex { $0.contains("enqueued") }) + 1)
    try StudyRun(try FakeWorker(in: again.temporary), workers: 2)(again, through: .search)
    #expect(try StudyOutcome(Journal.state(of: again.folder)) == study.outcome())
  }

  @Test("are not tried again")
  func untried() throws {
    let study = try TinyStudy(search("[\"212\"]"))
    try StudyRun(try FakeWorker(in: study.temporary))(study, through: .search)
    let state = try Journal.state(of: study.folder)
    #expect(StudyQueue(try study.inputs().definition, state).keys.isEmpty)
    #expect(state.trials.count { $0.key == "212" } == 1)
  }

  @Test("are refused in study.json where they cannot be tried, naming field and reason")
  func refusedInFile() throws {
    func refused(_ text: StudyText, _ parts: [String]) throws {
      let study = try TinyStudy(text)
      expectError([study.folder.definition, "search.enqueue["] + parts) {
        _ = try study.inputs()
      }
    }
    try refused(
      search("[\"212\", \"21\"]"), ["[1]: got \"21\"", "expected 3 characters, got 2"])
    try refused(search("[\"213\"]"), ["'3' is not a value of width"])
    try refused(
      search("[\"000\", \"212\"]").setting("constraints", "[\"macs<=3000\"]"),
      ["[1]: got \"212\"", "it breaks macs<=3000 by "])
    try refused(search("[\"000\", \"000\"]"), ["[1]: got \"000\"", "once"])
  }

  @Test("are refused as a whole where one of them cannot be enqueued")
  func refused() throws {
    let study = try TinyStudy(search("[\"212\"]").setting("constraints", "[\"macs<=9000\"]"))
    func refused(
      _ keys: [String], _ error: EnqueueError, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let lines = study.journalLines()
      #expect(throws: error, sourceLocation: sourceLocation) {
        try StudyQueue.append(keys, to: study.inputs(), version: "1")
      }
      #expect(study.journalLines() == lines, sourceLocation: sourceLocation)
    }
    let folder = study.folder.path
    try refused(["000", "212"], .waiting(folder: folder, key: "212"))
    try refused(["000", "000"], .waiting(folder: folder, key: "000"))
    try refused(
      ["000", "001", "002", "100", "101", "102"], .noTrialsLeft(folder: folder, asked: 6, left: 5))
    expectError([folder, "'0000' cannot be enqueued", "expected 3 characters"]) {
      _ = try StudyQueue.append(["0000"], to: study.inputs(), version: "1")
    }
    try StudyQueue.append(["000"], to: study.inputs(), version: "1")
    try refused(["000"], .waiting(folder: folder, key: "000"))
    let worker = try FakeWorker(in: study.temporary)
    var run = StudyRun(worker, workers: 1)
    run.stopsAfter = { $0 >= 1 }
    #expect(throws: StudyError.interrupted) { try run(study, through: .search) }
    try refused(["212"], .tried(folder: folder, key: "212", trial: 0))
    try StudyRun(worker)(study, through: .search)
    try refused(["001"], .searchEnded(folder: folder))
    #expect("\(EnqueueError.searchEnded(folder: folder))".contains("the search has ended"))
  }

  @Test("cannot be enqueued while the study is running")
  func locked() throws {
    let study = try TinyStudy(search("[]"))
    let lock = try StudyLock(study.folder)
    expectError([study.folder.path, "another process is running this study"]) {
      try StudyQueue.append(["000"], to: study.inputs(), version: "1")
    }
    withExtendedLifetime(lock) {}
  }
}

@Suite("autodistill enqueue", Program.isBuilt)
struct EnqueueCommandTests {
  @Test("adds to a study's queue, which the search then takes, and refuses what cannot be")
  func enqueues() throws {
    let study = try TinyStudy()
    let ended = try Program.run("enqueue", study.folder.path, "212", "000")
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(ended.output.contains("212 000") && ended.output.contains("next:    autodistill run"))
    for (key, part) in [("9", "'9' cannot be enqueued"), ("212", "in the queue already")] {
      let refused = try Program.run("enqueue", study.folder.path, key)
      #expect(refused.status == 3 && refused.errors.contains(part), "\(refused.errors)")
    }
    #expect(try Program.run("enqueue", study.folder.path).status == 2)
    #expect(try study.run("search").status == 0)
    #expect(try study.outcome().trials.prefix(2).map(\.key) == ["212", "000"])
    let late = try Program.run("enqueue", study.folder.path, "002")
    #expect(late.status == 3 && late.errors.contains("the search has ended"), "\(late.errors)")
  }

  @Test("takes any number of keys, one at least")
  func manyKeys() throws {
    let study = try TinyStudy(.tiny.setting("search", "{\"sampler\": \"random\", \"trials\": 12}"))
    let keys = [
      "000", "001", "002", "100", "101", "102", "110", "111", "112", "200", "201", "202",
    ]
    let ended = try Program.Running(["enqueue", study.folder.path] + keys).end()
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(try Journal.state(of: study.folder).enqueued == keys)
    let none = try Program.run("enqueue", study.folder.path)
    #expect(none.status == 2 && none.errors.contains("expected STUDY KEY…, got"))
    let help = try Program.run("enqueue", "--help")
    #expect(help.output.contains("KEY…") && help.output.contains("one or more keys"))
  }
}
