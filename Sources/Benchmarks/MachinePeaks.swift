import COpenBLAS
import DeviceMeasurement
import Foundation
import TensorKernels

/// What this machine can do at best, measured when first asked for.
package struct MachinePeaks {
  /// The rates of several threads at once.
  package struct Rates: Sendable {
    /// Of the fastest matrix product, summed over the threads; a multiply–add counts twice.
    package let gflops: Double
    /// Of copying from main memory to main memory; a byte counts once read and once written.
    package let gigabytesPerSecond: Double

    package init(gflops: Double, gigabytesPerSecond: Double) {
      (self.gflops, self.gigabytesPerSecond) = (gflops, gigabytesPerSecond)
    }
  }

  private var measured: [Int: Rates] = [:]

  package init() {}

  /// Returns the rates of a number of threads; the first time takes about a second.
  package mutating func of(threads: Int) -> Rates {
    if let known = measured[threads] { return known }
    let rates = Rates(
      gflops: MatrixPeak.gflops(threads: threads),
      gigabytesPerSecond: CopyPeak.gigabytesPerSecond(threads: threads))
    measured[threads] = rates
    return rates
  }
}

/// The speed of matrix products whose operands lie in a core's own cache.
private enum MatrixPeak {
  private static let windows = 6
  private static let windowSeconds = 0.04

  /// m × n × k, for the project's own product: a whole number of register tiles; the second is a
  /// single panel, whose rows lie side by side.
  private static let ownShapes = [(252, 256, 256), (252, 32, 256)]
  /// For OpenBLAS.
  private static let libraryShapes = [(256, 256, 256), (384, 384, 384)]

  /// Returns the best rate of any product and any window of time, summed over threads that each have
  /// operands of their own.
  static func gflops(threads: Int) -> Double {
    openblas_set_num_threads(1)
    let own = ownShapes.map { shape in
      best(shape, threads: threads) { left, right, output in
        matrixProduct(left, right, into: output, m: shape.0, n: shape.1, k: shape.2)
      }
    }
    let library = libraryShapes.map { shape in
      let (m, n, k) = (Int32(shape.0), Int32(shape.1), Int32(shape.2))
      return best(shape, threads: threads) { left, right, output in
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, left, k, right, n, 0, output, n)
      }
    }
    return (own + library).max() ?? 0
  }

  private static func best(
    _ shape: (m: Int, n: Int, k: Int), threads: Int,
    product:
      @escaping @Sendable (
        UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>
      ) -> Void
  ) -> Double {
    let team = WorkerTeam(threadCount: threads)
    let rates = ThreadValues(threads: threads, rows: windows)
    team.run { thread in
      let left = FloatArena(count: shape.m * shape.k)
      let right = FloatArena(count: shape.k * shape.n)
      let output = FloatArena(count: shape.m * shape.n)
      for i in 0..<left.count { left.base[i] = Float(i % 7) - 3 }
      for i in 0..<right.count { right.base[i] = Float(i % 5) - 2 }
      for window in 0..<windows {
        team.barrier()
        let began = DispatchTime.now().uptimeNanoseconds
        var elapsed = 0.0
        var products = 0.0
        repeat {
          product(left.base, right.base, output.base)
          products += 1
          elapsed = Double(DispatchTime.now().uptimeNanoseconds - began) / 1e9
        } while elapsed < windowSeconds
        rates[window, thread] = products / elapsed
      }
    }
    let productsPerSecond = (0..<windows).map { rates.sum(row: $0) }.max() ?? 0
    return productsPerSecond * Double(2 * shape.m * shape.n * shape.k) / 1e9
  }
}

/// The speed of main memory.
private enum CopyPeak {
  private static let repeats = 6

  /// Returns the best rate of copying a buffer four times as large as the last cache, each thread its
  /// part.
  static func gigabytesPerSecond(threads: Int) -> Double {
    let machine = HostMachine.current()
    let cache = machine.caches.last?.capacityBytes ?? 32 << 20
    let floats = min(4 * cache, machine.ramBytes / 8) / 4
    let team = WorkerTeam(threadCount: threads)
    let seconds = ThreadValues(threads: threads, rows: repeats)
    let source = FloatArena(count: floats)
    let target = FloatArena(count: floats)
    team.run { thread in
      let part = floats * thread / threads..<floats * (thread + 1) / threads
      for repetition in 0..<repeats {
        team.barrier()
        let began = DispatchTime.now().uptimeNanoseconds
        (target.base + part.lowerBound)
          .update(from: source.base + part.lowerBound, count: part.count)
        team.barrier()
        seconds[repetition, thread] = Double(DispatchTime.now().uptimeNanoseconds - began) / 1e9
      }
    }
    let fastest = (0..<repeats).map { seconds.maximum(row: $0) }.min() ?? .infinity
    return 2 * 4 * Double(floats) / fastest / 1e9
  }
}

/// A table that threads write to at once, each in its own column.
private final class ThreadValues: @unchecked Sendable {
  private let threads: Int
  private let values: UnsafeMutablePointer<Double>

  init(threads: Int, rows: Int) {
    self.threads = threads
    values = .allocate(capacity: rows * threads)
    values.initialize(repeating: 0, count: rows * threads)
  }

  deinit { values.deallocate() }

  subscript(row: Int, thread: Int) -> Double {
    get { values[row * threads + thread] }
    set { values[row * threads + thread] = newValue }
  }

  func sum(row: Int) -> Double { (0..<threads).reduce(0) { $0 + self[row, $1] } }
  func maximum(row: Int) -> Double { (0..<threads).reduce(0) { max($0, self[row, $1]) } }
}
