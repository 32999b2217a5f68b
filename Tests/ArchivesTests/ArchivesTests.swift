import Archives
import Foundation
import TestSupport
import Testing

@Suite struct ArchivesTests {
  private func make(_ path: String) throws {
    let zip = try ZipWriter(path: path)
    try zip.add("a/first.txt", Array("hello".utf8))
    try zip.add("second.bin", Array(repeating: 7, count: 300_000))
    try zip.add("empty", [])
    try zip.finish()
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

  @Test func unwritablePlaceIsAnError() {
    #expect(throws: ArchiveError.self) { _ = try ZipWriter(path: "/proc/nowhere/x.zip") }
  }

  @Test func digestIsSHA256() {
    let folder = TemporaryFolder()
    #expect(
      Digest.sha256(ofFile: folder.write("abc", as: "abc"))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(Digest.sha256(ofFile: folder.file("none")) == nil)
  }
}
