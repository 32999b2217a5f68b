import Foundation
import Settings
import Testing

@testable import HTTP
@testable import Service

/// Uploads in parts: they may break off, go on, and are taken in once.
struct UploadTests {
  private static func part(
    _ service: TestService, _ path: String, _ text: String, at offset: Int
  ) async -> TestService.Answer {
    await service.ask("PATCH", path, text: text, headers: ["upload-offset": "\(offset)"])
  }

  private static func begin(_ service: TestService, bytes: Int) async -> String {
    let made = await service.ask(
      "POST", "/maquette/v1/uploads", json: ["bytes": .integer(bytes), "title": "lamp"])
    #expect(made.status == 201 && made.json["received"]?.int == 0)
    return "/maquette/v1/uploads/\(made.json["uploadId"]?.string ?? "")"
  }

  @Test func partsBecomeTheModelThatTheWholeWouldBe() async throws {
    let service = try TestService()
    let path = await Self.begin(service, bytes: 9)
    #expect(await Self.part(service, path, "glT", at: 0).json["received"]?.int == 3)
    // The answer was lost, and it is sent again: what is there is told.
    let again = await Self.part(service, path, "glT", at: 0)
    #expect(again.status == 409)
    #expect(await service.ask("GET", path).json["received"]?.int == 3)
    #expect(await Self.part(service, path, "F1", at: 3).json["received"]?.int == 5)
    #expect(await Self.part(service, path, "23456", at: 5).status == 413)
    let done = await Self.part(service, path, "2345", at: 5)
    let model = done.json["model"]?["modelId"]?.string ?? ""
    #expect(done.status == 200 && done.json["model"]?["title"]?.string == "lamp")
    #expect(await service.ask("GET", path).status == 404)
    let file = await service.ask("GET", "/maquette/v1/models/\(model)/file")
    #expect(file.json.string == "glTF12345")
    let whole = await service.ask(
      "POST", "/maquette/v1/models", form: service.form(Array("glTF12345".utf8)))
    #expect(whole.json["modelId"]?.string == model)
    #expect(try FileManager.default.contentsOfDirectory(atPath: service.core.data.parts).isEmpty)
  }

  /// The process ended after the last part was there and before the model was made.
  @Test func anEmptyPartFinishesWhatIsWhole() async throws {
    let service = try TestService()
    let path = await Self.begin(service, bytes: 5)
    #expect(await Self.part(service, path, "glTF", at: 0).status == 200)
    try Data("glTF1".utf8).write(
      to: URL(fileURLWithPath: service.core.data.part(String(path.split(separator: "/").last!))))
    try service.core.store.writeNow { _ = try $0.run("UPDATE upload SET received = 5") }
    let done = await Self.part(service, path, "", at: 5)
    #expect(done.status == 200 && done.json["model"]?["modelId"]?.string?.count == 12)
  }

  @Test func oneAtATime() async throws {
    let service = try TestService()
    let path = await Self.begin(service, bytes: 5)
    let held = try PartFile(service.core.data.part(String(path.split(separator: "/").last!)))
    #expect(await Self.part(service, path, "glTF", at: 0).status == 409)
    held.close()
    #expect(await Self.part(service, path, "glTF", at: 0).status == 200)
  }

  @Test func otherPeoplesUploadsAreNotThere() async throws {
    let service = try TestService()
    let path = await Self.begin(service, bytes: 5)
    let stranger = try service.makeKey("other")
    for method in ["GET", "PATCH", "DELETE"] {
      let answer = await service.ask(
        method, path, text: "glTF1", key: stranger, headers: ["upload-offset": "0"])
      #expect(answer.status == 404)
    }
    #expect(await service.ask("DELETE", path).status == 204)
    #expect(await service.ask("GET", path).status == 404)
  }

  @Test func whatNobodyGoesOnWithIsSweptAfterADay() async throws {
    let service = try TestService()
    let path = await Self.begin(service, bytes: 5)
    #expect(await Self.part(service, path, "gl", at: 0).status == 200)
    try NativeModels.sweep(service.core)
    #expect(await service.ask("GET", path).status == 200)
    try service.core.store.writeNow {
      _ = try $0.run("UPDATE upload SET created = created - 90000000")
    }
    try NativeModels.sweep(service.core)
    #expect(await service.ask("GET", path).status == 404)
    #expect(try FileManager.default.contentsOfDirectory(atPath: service.core.data.parts).isEmpty)
  }

  /// What was sent for a job that was refused has no row, and goes.
  @Test func refusedFilesAreSwept() async throws {
    let service = try TestService()
    let answer = await service.ask(
      "POST", "/generate-3d",
      form: service.form(TestService.png(256, 256), field: "images"))
    #expect(answer.status == 402)
    let blob = try #require(try files(service).first)
    try service.core.blobs.sweepFiles(service.core.store)
    #expect(try files(service).count == 1)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -4000)], ofItemAtPath: blob)
    try service.core.blobs.sweepFiles(service.core.store)
    #expect(try files(service).isEmpty)
    // What has a row stays, however old.
    _ = await service.upload()
    let kept = try #require(try files(service).first)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -4000)], ofItemAtPath: kept)
    try service.core.blobs.sweepFiles(service.core.store)
    #expect(try files(service) == [kept])
  }

  private func files(_ service: TestService) throws -> [String] {
    let folder = service.core.data.root + "/blobs"
    return try FileManager.default.subpathsOfDirectory(atPath: folder).map { folder + "/" + $0 }
      .filter { path in
        let facts = try? FileManager.default.attributesOfItem(atPath: path)
        return facts?[.type] as? FileAttributeType == .typeRegular
      }
  }
}
