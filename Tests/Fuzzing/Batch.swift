import Foundation

/// Inputs of one reader, one after the other, in a process of their own: `batch READER SEED FIRST COUNT STATE`.
///
/// STATE is a file that holds the number of the input that is being read, so that it is known if the process dies.
struct Batch {
  static let verb = "batch"

  private let reader: Reader
  private let seed: UInt64
  private let numbers: Range<Int>
  private let state: UnsafeMutablePointer<Int64>

  /// Statuses that the process ends with, where it ends itself.
  enum End: Int32 {
    case fine = 0
    case tooSlow = 91
    case tooLarge = 92
    case badMessage = 93
  }

  /// Processor time of one input.
  private static let mostSeconds = 1
  /// Memory of one input beyond ten times its size.
  private static let mostBytes = 64 << 20
  /// Of an error's description.
  private static let longestMessage = 20_000
  /// What a process may reserve beyond what it has when it begins, whether it touches it or not: a reader that takes
  /// lengths at their word fails to get the memory.
  private static let mostReserved = 2 << 30

  init(_ arguments: ArraySlice<String>) throws {
    let words = Array(arguments)
    guard words.count == 5, let reader = Reader.named(words[0]) else {
      throw Usage("\(Batch.verb) READER SEED FIRST COUNT STATE")
    }
    self.reader = reader
    seed = UInt64(try FuzzReaders.number(words[1]))
    let first = try FuzzReaders.number(words[2])
    numbers = first..<first + (try FuzzReaders.number(words[3]))
    let descriptor = open(words[4], O_RDWR)
    guard descriptor >= 0,
      let memory = mmap(nil, 8, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      memory != MAP_FAILED
    else { throw Usage("a file of eight bytes, not \(words[4])") }
    state = memory.bindMemory(to: Int64.self, capacity: 1)
  }

  /// Reads the inputs, and prints how many were read and how many refused.
  func run() throws -> Int32 {
    // The whole files are made and read before anything counts: the seeds take memory, too.
    let mutation = try Mutation(reader)
    signal(SIGPROF) { _ in _exit(End.tooSlow.rawValue) }
    limitReservations()
    let before = peakBytes()
    var (read, refused) = (0, 0)
    for number in numbers {
      state.pointee = Int64(number)
      let bytes = mutation.input(number, seed: seed)
      let input = try Input(bytes, for: reader)
      setTimer(seconds: Batch.mostSeconds)
      do {
        try reader.read(input)
        read += 1
      } catch {
        refused += 1
        let message = "\(error)"
        if message.isEmpty || message.utf8.count > Batch.longestMessage {
          say("a message of \(message.utf8.count) bytes")
          return End.badMessage.rawValue
        }
      }
      setTimer(seconds: 0)
      let taken = peakBytes() - before
      if taken > 10 * bytes.count + Batch.mostBytes + reader.allowance {
        say("\(taken >> 20) MiB for \(bytes.count) bytes")
        return End.tooLarge.rawValue
      }
    }
    say("\(read) \(refused)")
    return End.fine.rawValue
  }

  private func setTimer(seconds: Int) {
    var timer = itimerval()
    timer.it_value.tv_sec = seconds
    setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
  }

  /// The most memory that the process has had at once.
  private func peakBytes() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }

  private func limitReservations() {
    let pages =
      (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
      .split(separator: " ").first.flatMap { Int($0) } ?? 0
    let bytes = rlim_t(pages * Int(getpagesize()) + Batch.mostReserved + reader.allowance)
    var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
  }
}
