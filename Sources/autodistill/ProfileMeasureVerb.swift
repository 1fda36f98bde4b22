/// `autodistill profile measure`
struct ProfileMeasureVerb: Verb {
  static let name = "profile measure"
  static let summary = "measures this machine and writes its hardware profile, or another device"
  static let operands: [String] = []
  static let options =
    ["--output", "--name", "--space", "--students", "--correct", "--samples", "--table"]
    + ImagesOption.options + CommandMeasurement.ownOptions
  static let help = """
    USAGE: autodistill profile measure --output FILE [--name NAME] [--space FILE] [--students N]
           autodistill profile measure --command COMMAND --space FILE --output FILE.csv

    Times single kernels of the inference engine (one image, one thread, fp32) on this machine, fits
    the profile's parameters, corrects them by students drawn from a search space and checks them on
    others. Takes about a minute; leave the machine alone meanwhile.

    --output FILE     the profile to write, such as HardwareProfiles/mine.json
    --name NAME       the profile's name (default: the file's)
    --space FILE      the search space of the check (default: SearchSpaces/mobile-cnn.json)
    --students N      students of the check (default: 60)
    --correct N       students that the profile is corrected by (default: 30; 0: by none)
    --samples FILE    also the raw samples, a line of JSON for each measurement
    --table FILE      also the students' latencies, as a table for profile fit
    --image HxWxC, --classes N    what the students look at (default: what the space says)

    With --command it measures architectures of a space on another device, and writes a table
    architecture,latency_ms,standard_error_ms,samples for profile fit. COMMAND is run by /bin/sh; in it
    {model} stands for the path of an exported model. Run again it continues where it was. The first
    architecture is timed again every tenth, to see drift; a latency ten times off what the others let
    expect is measured again, and questioned.

    What COMMAND prints is read by the rules of its program, where that is TensorFlow Lite's
    benchmark_model, onnxruntime_perf_test, trtexec, OpenVINO's benchmark_app, hyperfine or Google
    Benchmark (text or JSON). Of other programs the last line counts: its median, else its mean, else what
    is called latency or has a unit of time, in ms without one; lines of nothing but numbers are raw
    samples. A line that may mean two things is refused, and quoted; then these say where to look:

    --latency-pattern RE    a regular expression; its first group is the number, and each match a sample
    --latency-json-path P   such as results[0].median, in the JSON object that is printed last
    --unit U                ns, us, ms or s: of numbers that are printed without one

    --command COMMAND    such as 'scp -q {model} pi:m && ssh pi ./bench m'
    --space FILE         the space of the architectures
    --count N            so many random ones (default: 30, or all), drawn with --seed N (default: 1)
    --keys FILE          or those in a file, one key a line
    --format F           how models are exported: safetensors (default), onnx or tflite
    --precision int8     what is timed is int8, as tflite (default) or onnx; a profile for studies of int8
    --time-limit N       seconds after which one run of the command is ended (default: 300)
    --samples FILE       where raw samples go (default: FILE.csv.samples.jsonl)
    """

  private let body: () throws -> ExitStatus

  init(_ arguments: Arguments) throws {
    if let command = arguments.value("--command") {
      body = try CommandMeasurement(arguments, command: command).run
    } else {
      body = try HostProfileMeasurement(arguments).run
    }
  }

  func run() throws -> ExitStatus { try body() }
}
