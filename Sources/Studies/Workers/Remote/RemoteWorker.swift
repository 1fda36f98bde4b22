import DeviceMeasurement
import Foundation

/// A worker process that shares a folder with its run, and nothing else.
public struct RemoteWorker {
  let folder: StudyFolder
  let dataFolder: String?
  let order: WorkerOrder

  public init(_ folder: StudyFolder, dataFolder: String?, order: WorkerOrder) {
    (self.folder, self.dataFolder, self.order) = (folder, dataFolder, order)
  }

  /// Serves tasks until the run needs no more, has gone, or the job's time is nearly over.
  ///
  /// - Throws: `FileFormatError` if the worker's folder cannot be written; what else keeps it from working is told
  ///   to the run.
  public func serve() throws {
    Termination.install()
    let channel = try FileChannel(
      order.lease(), in: RemoteFolder(folder),
      hello: LeaseHello(
        identity: order.identity, host: order.host,
        processor: HostMachine.current().processor, process: getpid(), job: order.job),
      patience: order.patience)
    do {
      try loop().run(channel)
    } catch {
      channel.send(WorkerReply(id: -1, status: .failed, message: "\(error)"))
    }
    channel.close()
  }

  /// Reads the study. Another machine may see a file late: what is not as the run has it is read again for a
  /// while.
  private func loop() throws -> WorkerLoop {
    let began = ContinuousClock.now
    while true {
      let problem: any Error
      do {
        let loop = try WorkerLoop(folder, dataFolder: dataFolder)
        if loop.identity == order.identity { return loop }
        problem = StudyError.worker(
          "\(folder.path): on \(order.host) the study, its data or its teacher "
            + "are not those of the run")
      } catch {
        problem = error
      }
      let waited = began.duration(to: .now) / .seconds(1)
      guard waited < 2 * order.patience.graceSeconds, !Termination.isRequested else {
        throw problem
      }
      usleep(500_000)
    }
  }
}

/// What a worker is told when it is submitted: options of `autodistill worker`.
public struct WorkerOrder: Hashable, Sendable {
  /// Of the submission.
  let token: String
  /// What the worker must find when it reads the study.
  let identity: String
  let patience: FileChannel.Patience
  /// Which of the submission's workers it is, and how often it was started again, as the scheduler's environment
  /// says.
  let index: Int
  let restarts: Int
  /// The scheduler's name of it; nil where there is none.
  let job: String?
  /// The scheduler's name of the machine, or else the machine's own.
  let host: String

  public static let options = ["--lease", "--identity", "--beat", "--orphan", "--grace"]

  /// Reads the options; nil if there is no `--lease`, so that the worker serves standard input.
  ///
  /// - Parameters:
  ///   - value: Returns the value of an option.
  ///   - environment: Where Slurm says which worker of an array this is.
  /// - Throws: `StudyError.worker` naming an option that is missing or makes no sense.
  public init?(
    _ value: (String) -> String?, environment: [String: String]
  ) throws(StudyError) {
    guard let token = value("--lease") else { return nil }
    guard LeaseName.isToken(token) else {
      throw .worker("--lease: got '\(token)', expected hexadecimal digits")
    }
    guard let identity = value("--identity") else { throw .worker("--identity: missing") }
    func seconds(_ option: String, _ usual: Double) throws(StudyError) -> Double {
      guard let text = value(option) else { return usual }
      guard let seconds = Double(text), seconds > 0, seconds < 1e7 else {
        throw .worker("\(option): got '\(text)', expected seconds")
      }
      return seconds
    }
    let usual = FileChannel.Patience()
    patience = FileChannel.Patience(
      beatSeconds: try seconds("--beat", usual.beatSeconds),
      orphanSeconds: try seconds("--orphan", usual.orphanSeconds),
      graceSeconds: try seconds("--grace", usual.graceSeconds))
    (self.token, self.identity) = (token, identity)
    index = environment["SLURM_ARRAY_TASK_ID"].flatMap(Int.init) ?? 0
    restarts = environment["SLURM_RESTART_COUNT"].flatMap(Int.init) ?? 0
    host = environment["SLURMD_NODENAME"] ?? ProcessInfo.processInfo.hostName
    job = (environment["SLURM_ARRAY_JOB_ID"] ?? environment["SLURM_JOB_ID"]).map { job in
      environment["SLURM_ARRAY_TASK_ID"].map { "\(job)_\($0)" } ?? job
    }
  }

  /// Returns the options that say this.
  static func arguments(
    token: String, identity: String, patience: FileChannel.Patience
  ) -> [String] {
    [
      "--lease", token, "--identity", identity, "--beat", "\(patience.beatSeconds)", "--orphan",
      "\(patience.orphanSeconds)", "--grace", "\(patience.graceSeconds)",
    ]
  }

  func lease() -> LeaseName { LeaseName(token: token, index: index, restarts: restarts) }
}
