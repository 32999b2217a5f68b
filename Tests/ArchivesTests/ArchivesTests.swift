import Archives
import Foundation
import TestSupport
import Testing

@Suite struct ArchivesTests {
  private func make(_ path: String, _ format: StoredArchive.Format = .zip) throws {
    let archive = try StoredArchive(path: path, format: format)
    try archive.add("a/first.txt", Array("hello".utf8))
    try archive.add("second.bin", Array(repeating: 7, count: 300_000))
    try archive.add("empty", [])
    try archive.finish()
  }

  @Test func sameEntriesSameBytesInEveryTimeZone() throws {
    let folder = TemporaryFolder()
    try make(folder.file("one.zip"))
    _ = unsafe setenv("TZ", "Pacific/Auckland", 1)
    tzset()
    try make(folder.file("two.zip"))
    _ = unsafe unsetenv("TZ")
    tzset()
    #expect(contents(folder.file("one.zip")) == contents(folder.file("two.zip")))
  }

  @Test func entriesAreStored() throws {
    let folder = TemporaryFolder()
    try make(folder.file("x.zip"))
    let bytes = contents(folder.file("x.zip"))
    #expect(bytes.starts(with: [0x50, 0x4B, 3, 4]))
    #expect(bytes[8] == 0 && bytes[9] == 0, "method 0 is stored")
    #expect(bytes.count > 300_000 && bytes.count < 301_000)
  }

  @Test(arguments: [StoredArchive.Format.zip, .tar])
  func libarchiveReadsWhatIsWritten(_ format: StoredArchive.Format) throws {
    let folder = TemporaryFolder()
    let path = folder.file("x." + format.rawValue)
    try make(path, format)
    let reader = try ArchiveReader(path: path)
    #expect(reader.names == ["a/first.txt", "second.bin", "empty"])
    let files = try reader.read(Set(reader.names), byteLimit: 1 << 20)
    #expect(files["a/first.txt"] == Array("hello".utf8) && files["empty"] == [])
    #expect(files["second.bin"] == Array(repeating: 7, count: 300_000))
  }

  /// Killed anywhere, an archive is gone on with where it was whole, and ends as if nothing had happened.
  @Test(arguments: [StoredArchive.Format.zip, .tar])
  func whatIsCutOffIsTakenUpAgain(_ format: StoredArchive.Format) throws {
    let folder = TemporaryFolder()
    let (whole, part) = (folder.file("whole"), folder.file("part"))
    try make(whole, format)
    let bytes = contents(whole)
    for cut in [0, 1, 40, 600, 1500, 5000, bytes.count - 700, bytes.count - 1, bytes.count] {
      try Data(bytes[..<cut]).write(to: URL(fileURLWithPath: part))
      let archive = try StoredArchive(path: part, format: format, continuing: true)
      let files: [(String, [UInt8])] = [
        ("a/first.txt", Array("hello".utf8)), ("second.bin", Array(repeating: 7, count: 300_000)),
        ("empty", []),
      ]
      for (name, bytes) in files.dropFirst(archive.entries.count) { try archive.add(name, bytes) }
      try archive.finish()
      #expect(contents(part) == bytes, "\(format) cut at \(cut)")
    }
  }

  @Test func aWrongByteEndsWhatIsKept() throws {
    let folder = TemporaryFolder()
    let path = folder.file("x.zip")
    try make(path)
    var bytes = contents(path)
    bytes[1000] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let archive = try StoredArchive(path: path, format: .zip, continuing: true)
    #expect(archive.entries.map(\.name) == ["a/first.txt"])
    #expect(throws: ArchiveError.self) {
      _ = try StoredArchive(path: path, format: .zip, continuing: true)
    }
  }

  /// Entries beyond 4 GiB, and one that is larger than that, without the disk to hold them.
  @Test func archivesMayBeLargerThanFourGiB() throws {
    let folder = TemporaryFolder()
    let path = folder.file("large.zip")
    func make() throws {
      let archive = try StoredArchive(path: path, format: .zip)
      try archive.addZeros("huge", count: (1 << 32) + 5)
      try archive.add("behind", Array("still there".utf8))
      try archive.finish()
    }
    try make()
    let reader = try ArchiveReader(path: path)
    #expect(reader.names == ["huge", "behind"])
    #expect(try reader.read(["behind"], byteLimit: 100)["behind"] == Array("still there".utf8))
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    #expect((size ?? 0) > (1 << 32))
    #expect(
      try StoredArchive(path: path, format: .zip, continuing: true).entries.map(\.size)
        == [(1 << 32) + 5, 11])
  }

  @Test func anArchiveMayHaveManyEntries() throws {
    let folder = TemporaryFolder()
    let path = folder.file("many.zip")
    let archive = try StoredArchive(path: path, format: .zip)
    for index in 0..<66_000 { try archive.add("\(index)", []) }
    try archive.finish()
    #expect(try ArchiveReader(path: path).names.count == 66_000)
  }

  @Test func unwritablePlaceIsAnError() {
    #expect(throws: ArchiveError.self) {
      _ = try StoredArchive(path: "/proc/nowhere/x.zip", format: .zip)
    }
  }

  @Test func digestIsSHA256() {
    let folder = TemporaryFolder()
    #expect(
      Digest.sha256(ofFile: folder.write("abc", as: "abc"))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(Digest.sha256(ofFile: folder.file("none")) == nil)
  }
}
