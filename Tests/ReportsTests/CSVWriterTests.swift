import FileFormats
import Foundation
import Testing

@testable import Reports

@Suite("front.csv")
struct CSVWriterTests {
  @Test(
    "quotes what RFC 4180 wants quoted, and nothing else",
    arguments: [
      ("plain words", "plain words"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""),
      ("two\nlines", "\"two\nlines\""), ("two\r\nlines", "\"two\r\nlines\""), ("", ""),
      ("é;", "é;"),
    ])
  func quoting(text: String, field: String) { #expect(CSVLine.field(text) == field) }

  @Test("holds no formula in its texts, and leaves numbers alone")
  func formulas() throws {
    #expect(CSVWriter.inert("=1+1") == "'=1+1" && CSVWriter.inert("@SUM(A1)") == "'@SUM(A1)")
    #expect(CSVWriter.inert("stem 8, ReLU") == "stem 8, ReLU" && CSVWriter.inert("") == "")
    for first in ["=", "+", "-", "@", "\t", "\r"] {
      #expect(CSVWriter.inert("\(first)1").hasPrefix("'"))
    }
    var study = MadeUpStudy.small
    study.spaceWords = "=HYPERLINK({})"
    let text = try study.report().frontCSV
    #expect(text.contains(",'=HYPERLINK(8)") || text.contains(",\"'=HYPERLINK(8)"))
    // The second student's gain.
    #expect(text.contains(",-0.00420,"))
  }

  @Test("has a header and one line per fully distilled student, by the first cost")
  func wholeFile() throws {
    let lines = try MadeUpStudy.small.report().frontCSV.components(separatedBy: "\r\n")
    let place =
      "small-board,\"Small board, one core at 1 GHz; some runtime, fp32, batch 1, 1 thread, "
      + "resolution: 28×28, affinity: one core, thermal: cooled\""
    #expect(
      lines == [
        "on_front,key,trial,role,flash_accuracy,flash_fraction,validation_accuracy,"
          + "validation_low,validation_high,validation_sd,test_accuracy,test_low,test_high,baseline_test_accuracy,"
          + "distillation_gain,latency_ms,latency_se_ms,energy_mj,energy_se_mj,peak_memory_bytes,"
          + "weight_bytes,macs,parameters,seeds,profile,protocol,architecture",
        "true,00000,0,finalist,0.81000,0.05000,0.89000,0.88103,0.89838,,0.88340,0.87696,0.88954,"
          + "0.88000,0.00340,1.00000,0.40000,3.50000,1.25000,100960,30000,2400000,7500,1,\(place),"
          + "\"stem 8, ReLU; stage 1: 1 × inverted residual 12 k3\"",
        "false,10000,1,finalist,0.80000,0.05000,0.88500,0.87586,0.89355,,0.88100,0.87451,0.88720,"
          + "0.88520,-0.00420,2.50000,1.00000,8.75000,3.12500,190960,75000,6000000,18750,1,\(place),"
          + "\"stem 12, ReLU; stage 1: 1 × inverted residual 12 k3\"",
        "true,20000,2,finalist,0.85000,0.05000,0.91360,0.90549,0.92107,,0.90890,0.90310,0.91438,"
          + "0.90110,0.00780,4.00000,1.60000,14.00000,5.00000,280960,120000,9600000,30000,1,\(place),"
          + "\"stem 16, ReLU; stage 1: 1 × inverted residual 12 k3\"", "",
      ])
  }
}
