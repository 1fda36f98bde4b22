import TestSupport
import Testing

@Suite("autodistill with a wrong command line", Program.isBuilt)
struct UsageTests {
  @Test(
    "says what is wrong with the command line, with status 2",
    arguments: [
      (["rum"], "unknown command 'rum', expected one of run, search, distill"),
      (["run"], "expected STUDY, got nothing"), (["run", "a", "b"], "expected STUDY, got a b"),
      (["run", "a", "--wrokers", "2"], "unknown option '--wrokers', expected one of --workers"),
      (["run", "a", "--workers"], "--workers needs a value"),
      (["run", "a", "--workers", "0"], "--workers: got '0', expected a whole number from 1"),
      (["search", "a", "--threads=x"], "--threads: got 'x', expected a whole number"),
      (["run", "a", "--max-time", "2"], "--max-time: got '2', expected a length of time"),
      (["run", "a", "--max-trials", "0"], "--max-trials: got '0', expected a whole number"),
      (
        ["run", "a", "--max-cpu-hours", "0"], "--max-cpu-hours: got '0', expected a number above 0"
      ),
      (
        ["run", "a", "--max-cpu-hours", "nan"],
        "--max-cpu-hours: got 'nan', expected a number above 0"
      ),
      (["run", "a", "--max-cpu-hours", "0x10"], "--max-cpu-hours: got '0x10', expected a number"),
      (["check", "a", "--floor", "-1"], "--floor: got '-1', expected a number from 0 to 1"),
      (["run", ""], "STUDY: got '', which is empty"),
      (["compare", "a", "b", ""], "AFTER…: got '', which is empty"),
      (["report", "a", "--output", ""], "--output: got '', which is empty"),
      (["check", "a", "--require="], "--require: got '', which is empty"),
      (
        ["check", "a", "--require", "accuracy>=90"],
        "--require: got 'accuracy>=90', expected a share"
      ),
      (
        ["check", "a", "--require", "test_accuracy>=-1"],
        "--require: got 'test_accuracy>=-1', expected a share"
      ),
      (
        ["check", "a", "--require", "latency_ms<=0x1"], "'latency_ms<=0x1': the bound '0x1' is not"
      ),
      (["run", "a", "--progress", "xml"], "--progress: got 'xml', expected text or json"),
      (["distill", "a", "--max-trials", "2"], "unknown option '--max-trials'"),
      (["status"], "expected STUDY, got nothing"),
      (["watch", "a", "--interval", "0"], "--interval: got '0', expected a number from 0.1 to"),
      (["watch", "a", "--interval", "1e30"], "--interval: got '1e30', expected a number from 0.1"),
      (["report", "a", "--output", "b", "--terminal"], "--output and --terminal exclude each"),
      (["export", "a"], "expected STUDY KEY, got a"),
      (["export", "a", "b", "c"], "expected STUDY KEY, got a b c"),
      (["enqueue"], "expected STUDY KEY…, got nothing"),
      (["enqueue", "a"], "expected STUDY KEY…, got a"),
      (
        ["export", "a", "b", "--format", "onnx2"],
        "--format: got 'onnx2', expected one of safetensors, onnx, tflite, c, mlpackage"
      ),
      (["profile", "guess"], "unknown command 'profile guess', expected one of profile measure"),
      (["profile", "measure"], "profile measure needs --output FILE"),
      (["bench", "--network", "Q"], "--network: got 'Q', expected S, M, L, T, V, R, D or W"),
    ])
  func badUsage(arguments: [String], part: String) throws {
    let ended = try Program.Running(arguments).end()
    #expect(ended.status == 2)
    #expect(ended.errors.contains("autodistill: error: \(part)"), "\(ended.errors)")
    #expect(ended.errors.split(separator: "\n").count == 1 && ended.output.isEmpty)
  }
}
