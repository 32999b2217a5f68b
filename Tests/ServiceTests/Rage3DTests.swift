import Foundation
import Settings
import Testing

@testable import HTTP
@testable import Service

/// Every row of Rage3D's contract, and every status of its errors.
struct Rage3DTests {
  private static func form(_ service: TestService, _ pictures: [[UInt8]], field: String = "images")
    -> Form
  {
    var form = Form()
    for picture in pictures { form.files += service.form(picture, field: field).files }
    return form
  }

  private static func submit(_ service: TestService) async -> String {
    let answer = await service.ask(
      "POST", "/generate-3d", form: form(service, [TestService.png(256, 256)]))
    return answer.json["task_id"]?.string ?? ""
  }

  @Test func aTaskIsPaidWalkedAndFetched() async throws {
    let service = try TestService(script: TestService.planJob)
    try service.topUp(Rage3D.unit, 198_000)
    let balance = await service.ask("GET", "/wallet/balance")
    #expect(balance.json["balance"]?.double == 1980)
    #expect(
      balance.json["message"]?.string == "You can generate 20 models with current balance")
    let made = await service.ask(
      "POST", "/generate-3d", form: Self.form(service, [TestService.png(256, 256)]))
    #expect(made.status == 200 && made.json["status"]?.string == "queued")
    #expect(made.json["balance_after"]?.double == 1881 && made.json["cost"]?.double == 99)
    #expect(
      made.json["message"]?.string
        == "Task submitted. Use GET /task/{task_id} to check status.")
    let id = made.json["task_id"]?.string ?? ""
    #expect(UUID(uuidString: id) != nil)
    let waiting = await service.ask("GET", "/task/\(id)")
    #expect(waiting.json["status"]?.string == "queued" && waiting.json["progress"]?.int == 0)
    #expect(waiting.json["model_url"] == nil)
    #expect(await service.ask("GET", "/download/\(id)/glb").status == 409)
    #expect(await service.ask("POST", "/task/\(id)/convert-stl").status == 409)
    try service.work()
    let done = await service.ask("GET", "/task/\(id)")
    #expect(done.json["status"]?.string == "success" && done.json["progress"]?.int == 100)
    for key in ["model_url", "pbr_model_url", "rendered_image_url"] {
      let url = done.json[key]?.string ?? ""
      #expect(url.hasPrefix("http://test/files/"))
      let path = String(url.dropFirst("http://test".count))
      #expect(await service.ask("GET", path, key: "").status == 200)
    }
    #expect(done.json["backend"]?.string == "builtin")
    #expect(done.json["expires_at"]?.string?.hasSuffix("+00:00") == true)
    let stl = await service.ask("POST", "/task/\(id)/convert-stl")
    #expect(stl.json["status"]?.string == "success" && stl.json["task_id"]?.string == id)
    let again = await service.ask("POST", "/task/\(id)/convert-stl")
    #expect(again.status == 200)
    for type in ["glb", "stl"] {
      let file = await service.ask("GET", "/download/\(id)/\(type)")
      #expect(file.status == 200 && file.json.string?.hasPrefix("model.\(type)") == true)
    }
    let list = await service.ask("GET", "/generations")
    #expect(list.json["total"]?.int == 1)
    #expect(list.json["generations"]?.array?[0]["task_id"]?.string == id)
    let me = await service.ask("GET", "/auth/me")
    #expect(me.json["name"]?.string == "acme" && me.json["total_generations"]?.int == 1)
    #expect(me.json["generation_cost"]?.double == 99 && me.json["balance"]?.double == 1881)
    #expect(try service.audit().isEmpty)
  }

  @Test func aFailureIsTaskFailedAndNotCharged() async throws {
    let service = try TestService(
      script:
        "echo '{\"failed\":{\"kind\":\"input\",\"code\":\"no-mask\",\"message\":\"no object\"}}'; exit 1"
    )
    try service.topUp(Rage3D.unit, 9_900)
    let id = await Self.submit(service)
    try service.work()
    let task = await service.ask("GET", "/task/\(id)")
    #expect(task.json["status"]?.string == "failed" && task.json["error"]?.string == "no object")
    #expect(await service.ask("GET", "/wallet/balance").json["balance"]?.double == 99)
    #expect(await service.ask("GET", "/download/\(id)/glb").status == 409)
  }

  @Test func errorsAreDetails() async throws {
    let service = try TestService(script: TestService.planJob)
    try service.topUp(Rage3D.unit, 5_000)
    func detail(_ answer: TestService.Answer, _ status: Int) -> String {
      #expect(answer.status == status && answer.json.object?.count == 1)
      return answer.json["detail"]?.string ?? ""
    }
    let png = TestService.png(256, 256)
    #expect(
      detail(await service.ask("POST", "/generate-3d", form: Self.form(service, [png])), 402)
        == "Insufficient balance. Required: ₹99, Available: ₹50")
    #expect(!detail(await service.ask("GET", "/auth/me", key: ""), 401).isEmpty)
    _ = detail(await service.ask("GET", "/task/none"), 404)
    _ = detail(await service.ask("POST", "/generate-3d", text: "{}"), 400)
    let cases: [[[UInt8]]] = [
      [], [png, png, png, png, png], [Array("GIF89a".utf8)], [TestService.png(255, 256)],
      [png + [UInt8](repeating: 0, count: PictureSource.byteLimit)],
    ]
    for pictures in cases {
      _ = detail(
        await service.ask("POST", "/generate-3d", form: Self.form(service, pictures)), 400)
    }
    _ = detail(
      await service.ask(
        "POST", "/generate-3d", form: Self.form(service, [png], field: "file")), 400)
    _ = detail(await service.ask("GET", "/download/none/exe"), 400)
    _ = detail(await service.ask("GET", "/generations?limit=0"), 400)
    _ = detail(await service.ask("DELETE", "/generate-3d"), 405)
    _ = detail(await service.ask("GET", "/rage3d/nothing"), 404)
  }

  @Test func filesExpireAfterSevenDays() async throws {
    let service = try TestService(script: TestService.planJob)
    try service.topUp(Rage3D.unit, 9_900)
    let id = await Self.submit(service)
    try service.work()
    try service.age(days: 6.9)
    #expect(await service.ask("GET", "/download/\(id)/glb").status == 200)
    try service.age(days: 0.2)
    let task = await service.ask("GET", "/task/\(id)")
    #expect(task.json["status"]?.string == "success" && task.json["model_url"] == nil)
    #expect(await service.ask("GET", "/download/\(id)/glb").status == 410)
    #expect(try service.audit().isEmpty)
  }
}
