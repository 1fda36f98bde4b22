import Foundation

/// What a worker on another machine says, in `replies.jsonl` of its folder.
struct LeaseRecord: Hashable, Sendable, Codable {
  enum Kind: String, Hashable, Sendable, Codable {
    /// The first record: who speaks.
    case hello
    /// It is alive.
    case beat
    /// It has begun `task`.
    case took
    /// Something about `task`, or about the worker itself.
    case reply
    /// Its time is nearly over: it takes no further task.
    case ending
    /// Its last word.
    case ended
  }

  var kind: Kind
  var hello: LeaseHello?
  /// The task's name; nil where a reply is about the worker itself.
  var task: String?
  var reply: WorkerReply?

  init(_ kind: Kind, hello: LeaseHello? = nil, task: String? = nil, reply: WorkerReply? = nil) {
    (self.kind, self.hello, self.task, self.reply) = (kind, hello, task, reply)
  }
}

/// Who a worker is, and where.
struct LeaseHello: Hashable, Sendable, Codable {
  /// Of what the worker has read: the study, its data, its teacher.
  var identity: String
  var host: String
  var processor: String
  var process: Int32
  /// The scheduler's name of it; nil where there is none.
  var job: String?
}

/// What a run says to a worker, in `requests.jsonl` of the worker's folder.
struct RunRecord: Hashable, Sendable, Codable {
  enum Kind: String, Hashable, Sendable, Codable {
    case task
    /// The worker is not needed any more.
    case end
  }

  var kind: Kind
  /// The task's name: equal tasks have equal names.
  var task: String?
  /// No two requests have the same, even where they ask for the same task.
  var turn: String?
  var request: WorkerRequest?

  init(_ kind: Kind, task: String? = nil, turn: String? = nil, request: WorkerRequest? = nil) {
    (self.kind, self.task, self.turn, self.request) = (kind, task, turn, request)
  }
}

/// The files in the folder `workers` of a study.
struct RemoteFolder: Hashable, Sendable {
  let path: String

  init(_ study: StudyFolder) { path = study.workers }

  /// What the run writes again and again, for workers to see that it is alive.
  var pulse: String { path + "/pulse" }
  func folder(of lease: LeaseName) -> String { path + "/" + lease.folder }
  func replies(of lease: LeaseName) -> String { folder(of: lease) + "/replies.jsonl" }
  func requests(to lease: LeaseName) -> String { folder(of: lease) + "/requests.jsonl" }
}

extension RemoteFolder {
  /// Removes what workers and runs have told each other, and logs with nothing in them. For a run that is complete.
  func removeFiles() {
    let manager = FileManager.default
    for name in (try? manager.contentsOfDirectory(atPath: path)) ?? [] {
      let file = path + "/" + name
      let isEmptyLog =
        name.hasSuffix(".log")
        && (try? manager.attributesOfItem(atPath: file)[.size] as? NSNumber) == 0
      if LeaseName(folder: name) != nil || name == "pulse" || name.hasSuffix(".sh") || isEmptyLog {
        try? manager.removeItem(atPath: file)
      }
    }
    // Only if nothing is left in it.
    rmdir(path)
  }
}
