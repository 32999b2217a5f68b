import Foundation
import Synchronization
import TestSupport
import Testing
import Work

@Suite struct WorkTests {
  @Test(arguments: [1, 2, 7]) func mapKeepsOrder(_ threads: Int) throws {
    let work = WorkContext(threads: threads)
    #expect(try parallelMap(count: 1000, work) { $0 * $0 } == (0..<1000).map { $0 * $0 })
  }

  @Test func mapThrowsTheFirstError() {
    struct Oops: Error, Equatable { let index: Int }
    #expect(throws: Oops(index: 3)) {
      try parallelMap(count: 100, WorkContext(threads: 4)) { index in
        if index % 10 == 3 { throw Oops(index: index) }
      }
    }
  }

  @Test(arguments: [1, 2, 5]) func fillReachesEveryElementOnce(_ threads: Int) throws {
    var array = [Int](repeating: 0, count: 1003)
    try parallelFill(&array, chunk: 64, WorkContext(threads: threads)) { offset, piece in
      for index in 0..<piece.count { piece[index] += offset + index + 1 }
    }
    #expect(array == Array(1...1003))
  }

  @Test(arguments: [1, 2, 4]) func pipelineDeliversInOrderAndStaysBounded(_ threads: Int) throws {
    let running = Mutex((now: 0, most: 0))
    let delivered = Mutex<[Int]>([])
    let pipeline = OrderedPipeline<Int>(WorkContext(threads: threads), depth: 6) { value in
      delivered.withLock { $0.append(value) }
    }
    for index in 0..<200 {
      try pipeline.submit {
        running.withLock {
          $0.now += 1; $0.most = max($0.most, $0.now)
        }
        if index % 7 == 0 { usleep(300) }
        running.withLock { $0.now -= 1 }
        return index
      }
    }
    try pipeline.finish()
    #expect(delivered.withLock { $0 } == Array(0..<200))
    #expect(running.withLock { $0.most } <= threads)
  }

  @Test func cancelledWorkStops() {
    let work = WorkContext(threads: 2)
    work.cancellation.cancel()
    #expect(throws: WorkCancelled.self) { try parallelMap(count: 10, work) { $0 } }
  }

  @Test func progressFoldsPhases() {
    let seen = Mutex<[Double]>([])
    let meter = ProgressMeter { report in seen.withLock { $0.append(report.fraction) } }
    meter.declare([("read", 1), ("draw", 3)])
    meter.enter("read")
    meter.update(0.5)
    meter.enter("draw")
    meter.update(2)
    #expect(seen.withLock { $0 } == [0, 0.125, 0.25, 1])
    #expect(meter.timings.map(\.phase) == ["read", "draw"])
  }

  @Test func stagedFileIsWholeOrAbsent() throws {
    let folder = TemporaryFolder()
    _ = folder.write("old", as: "file.txt")
    do {
      let file = try StagedFile(path: folder.file("file.txt"))
      try Data("half".utf8).write(to: URL(fileURLWithPath: file.temporaryPath))
      #expect(folder.names.count == 2)
    }
    #expect(folder.names == ["file.txt"])
    #expect(contents(folder.file("file.txt")) == Array("old".utf8))
    try StagedFile.write(Array("new".utf8), to: folder.file("a/b/file.txt"))
    #expect(contents(folder.file("a/b/file.txt")) == Array("new".utf8))
    #expect(throws: OutputError.self) { try StagedFile.write([1], to: folder.file("a")) }
  }

  @Test func filesThatBelongTogetherLandTogether() throws {
    let folder = TemporaryFolder()
    _ = folder.write("old", as: "a")
    #expect(throws: OutputError.self) {
      try StagedFile.write([(folder.file("a"), [1]), (folder.file("a/b"), [2])])
    }
    #expect(folder.names == ["a"] && contents(folder.file("a")) == Array("old".utf8))
    try StagedFile.write([(folder.file("a"), [1]), (folder.file("b"), [2])])
    #expect(contents(folder.file("a")) == [1] && contents(folder.file("b")) == [2])
  }

  @Test func warningsAreSaidOnce() {
    let log = LogSink()
    for text in ["b", "a", "b"] { log.warn(text) }
    #expect(log.warnings == ["b", "a"])
    for index in 0..<100_000 { log.warn("line \(index)") }
    #expect(log.warnings.count == 201 && log.warnings.last == "and 99802 more warnings")
  }

  @Test func aTextThatIsKnownIsNoFurtherWarning() {
    let log = LogSink()
    for index in 0..<200 { log.warn("line \(index)") }
    log.warn("line 0")
    #expect(log.warnings.count == 200)
  }

  @Test func aFolderIsThereWholeOrNotAtAll() throws {
    let folder = TemporaryFolder()
    do {
      let staged = try StagedFolder(path: folder.file("set"))
      try StagedFile.write([1], to: staged.temporaryPath + "/a")
    }
    #expect(folder.names.isEmpty)
    let staged = try StagedFolder(path: folder.file("set"))
    try StagedFile.write([1], to: staged.temporaryPath + "/a")
    try staged.commit()
    #expect(folder.names == ["set"] && contents(folder.file("set/a")) == [1])
    #expect(throws: OutputError.self) { try StagedFolder(path: folder.file("set")) }
    // An empty folder stays the folder it is, be it a link to another.
    try FileManager.default.createDirectory(
      atPath: folder.file("far"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: folder.file("far"))
    let linked = try StagedFolder(path: folder.file("link"))
    try StagedFile.write([2], to: linked.temporaryPath + "/b")
    try linked.commit()
    #expect(contents(folder.file("far/b")) == [2])
  }
}
