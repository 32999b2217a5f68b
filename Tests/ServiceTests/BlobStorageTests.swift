import Archives
import Foundation
import Glibc
import Settings
import TestSupport
import Testing

@testable import HTTP
@testable import Service

/// The five calls, on a folder and on a bucket.
struct BlobStorageTests {
  /// A server of S3 on loopback, of another's making.
  private final class Bucket {
    let process = Process()
    let endpoint: String

    init?() throws {
      let program = SharedData.projectFolder + "/.build/peers/bin/moto_server"
      guard FileManager.default.isExecutableFile(atPath: program) else {
        print("LEFT OUT: blobs in a bucket want moto, which .ci/setup --peers installs")
        return nil
      }
      let port = Int.random(in: 20_000...30_000)
      endpoint = "http://127.0.0.1:\(port)"
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = ["-H", "127.0.0.1", "-p", "\(port)"]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      for _ in 0..<600 {
        if let answer = try? Ask("PUT", endpoint + "/blobs").perform(), answer.status == 200 {
          return
        }
        usleep(100_000)
      }
      Issue.record("moto_server does not answer")
    }

    func stop() {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  private static let keys = ["AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"]

  @Test(arguments: ["folder", "bucket"]) func fiveCalls(_ kind: String) throws {
    let folder = TemporaryFolder()
    var bucket: Bucket?
    let storage: any BlobStorage
    if kind == "folder" {
      storage = try FolderStorage(folder: folder.file("blobs"))
    } else {
      bucket = try Bucket()
      guard let bucket else { return }
      storage = try S3Storage(
        "s3://blobs/some/place", endpoint: bucket.endpoint + "/", near: folder.file("near"),
        environment: Self.keys)
    }
    defer { bucket?.stop() }
    #expect(try storage.all() == [])
    let contents = (0..<3).map { Array(repeating: UInt8($0), count: 100_000 * $0) }
    let names = contents.map { Digest.sha256(of: $0) }
    for (content, name) in zip(contents, names) {
      #expect(try storage.age(name) == nil)
      let path = folder.write(content, as: "f")
      try storage.put(path, as: name)
      // What is there already is no mistake.
      try storage.put(path, as: name)
      try FileManager.default.removeItem(atPath: path)
      #expect((try storage.age(name) ?? 1e9) < 60)
    }
    #expect(try storage.all().sorted() == names.sorted())
    // Another machine has nothing near.
    try? FileManager.default.removeItem(atPath: folder.file("near"))
    for (content, name) in zip(contents, names) {
      let file = try storage.file(name)
      #expect(Digest.sha256(ofFile: file) == name)
      #expect(FileManager.default.contents(atPath: file)?.count == content.count)
    }
    try storage.remove(names[1])
    #expect(try storage.age(names[1]) == nil)
    #expect(try storage.all().sorted() == [names[0], names[2]].sorted())
    // Gone is gone, and no failure.
    try storage.remove(names[1])
    if bucket != nil {
      #expect(throws: BlobStore.Problem.self) { try storage.file(names[1]) }
      try fillsPages(storage, folder)
    }
  }

  /// A list of more than a thousand names comes in pages.
  private func fillsPages(_ storage: any BlobStorage, _ folder: TemporaryFolder) throws {
    let path = folder.write([1], as: "small")
    for index in 0..<1001 {
      let digits = String(index, radix: 16)
      try storage.put(path, as: String(repeating: "0", count: 64 - digits.count) + digits)
    }
    #expect(try storage.all().count == 1003)
  }

  @Test(arguments: ["bucket", "s3://", "s3://bu cket", "https://bucket"])
  func aPlaceThatIsNoneIsRefused(_ place: String) {
    #expect(throws: ServiceError.self) {
      _ = try S3Storage(
        place, endpoint: "http://127.0.0.1:1", near: TemporaryFolder().file("near"),
        environment: Self.keys)
    }
  }

  @Test func aBucketOutOfReachIsSaid() {
    let error = #expect(throws: ServiceError.self) {
      _ = try S3Storage(
        "s3://blobs", endpoint: "http://127.0.0.1:1", near: TemporaryFolder().file("near"),
        environment: Self.keys)
    }
    #expect(error?.message.contains("cannot be reached") == true)
  }
}
