import Foundation

/// One worker process and the pipes to it.
final class WorkerProcess: @unchecked Sendable {
  enum Message: Sendable {
    case reply(WorkerReply)
    /// The process has closed its output: it is dead, or about to be.
    case ended(WorkerProcess)
  }

  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  /// Starts the process; `receive` is called for everything it says, from a thread of its own.
  ///
  /// - Throws: `StudyError.cannotStartWorker`.
  init(command: [String], receive: @escaping @Sendable (Message) -> Void) throws {
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.standardInput = input
    process.standardOutput = output
    do {
      try process.run()
    } catch {
      throw StudyError.cannotStartWorker(
        command: command.joined(separator: " "), reason: error.localizedDescription)
    }
    let descriptor = output.fileHandleForReading.fileDescriptor
    let thread = Thread { [self] in
      WorkerProcess.readLines(descriptor) { line in
        // What is not a reply, such as a message of the runtime, is not for us.
        if let reply = try? JSONDecoder().decode(WorkerReply.self, from: line) {
          receive(.reply(reply))
        }
      }
      receive(.ended(self))
    }
    thread.start()
  }

  /// Sends a request. A dead process is noticed by the reading thread, not here.
  func send(_ request: WorkerRequest) {
    guard var line = try? JSONEncoder().encode(request) else { return }
    line.append(UInt8(ascii: "\n"))
    try? input.fileHandleForWriting.write(contentsOf: line)
  }

  /// Closes the worker's input and ends it if it is at work.
  func end() {
    try? input.fileHandleForWriting.close()
    if process.isRunning { process.terminate() }
  }

  private static func readLines(_ descriptor: Int32, _ body: (Data) -> Void) {
    var rest = Data()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return }
      rest.append(contentsOf: buffer[0..<count])
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        body(rest[rest.startIndex..<end])
        rest = Data(rest[(end + 1)...])
      }
    }
  }
}
