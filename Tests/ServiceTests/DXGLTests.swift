import Foundation
import Operations
import Settings
import Testing

@testable import HTTP
@testable import Service

/// Every row of DX.GL's contract, and every code of its errors.
struct DXGLTests {
  @Test func postersAreWebPForWhoWouldRatherHaveThat() async throws {
    let service = try TestService(script: TestService.planJob)
    let made = await service.ask("POST", "/v1/models", form: service.form(Array("glTFx".utf8)))
    try service.work()
    let path = "/v1/renders/\(made.data["renderId"]?.string ?? "")/poster"
    func type(_ accept: String) async -> String? {
      let answer = await service.ask("GET", path, headers: ["accept": accept])
      #expect(answer.response.header("Vary") == "Accept, Authorization")
      return answer.response.header("Content-Type")
    }
    #expect(await type("image/webp,image/*") == "image/webp")
    #expect(await type("*/*") == "image/png")
    #expect(await type("image/png,image/webp") == "image/png")
  }

  // MARK: Models

  @Test func anUploadQueuesAFreePreview() async throws {
    let service = try TestService()
    let answer = await service.ask("POST", "/v1/models", form: service.form(Array("glTFx".utf8)))
    #expect(answer.status == 201 && answer.data["duplicate"] == nil)
    let model = answer.data["modelId"]?.string ?? ""
    #expect(model.count == 12 && answer.data["renderId"]?.string?.count == 12)
    #expect(await service.credits() == 100)
    let shown = await service.ask("GET", "/v1/models/\(model)")
    #expect(shown.data["title"]?.string == "chair" && shown.data["renders"]?.array?.count == 1)
    #expect(shown.data["renders"]?.array?[0]["is_system_preview"]?.bool == true)
  }

  @Test func withSettingsItQueuesAPaidRenderToo() async throws {
    let service = try TestService()
    let form = service.form(Array("glTFx".utf8), [("renderSettings", "{\"quality\":\"4k\"}")])
    let answer = await service.ask("POST", "/v1/models", form: form)
    let id = answer.data["renderId"]?.string ?? ""
    let render = await service.ask("GET", "/v1/renders/\(id)")
    #expect(render.data["is_system_preview"]?.bool == false)
    #expect(render.data["credits"]?.int == 4)
    #expect(await service.credits() == 96)
  }

  @Test func theSameBytesAreTheSameModelForOneAccountOnly() async throws {
    let service = try TestService()
    let first = await service.ask("POST", "/v1/models", form: service.form(Array("glTFx".utf8)))
    let again = await service.ask("POST", "/v1/models", form: service.form(Array("glTFx".utf8)))
    #expect(again.data["modelId"] == first.data["modelId"])
    #expect(again.data["duplicate"]?.bool == true)
    #expect(again.data["renderId"] != first.data["renderId"])
    let stranger = try service.makeKey("other")
    let other = await service.ask(
      "POST", "/v1/models", form: service.form(Array("glTFx".utf8)), key: stranger)
    #expect(other.data["modelId"] != first.data["modelId"] && other.data["duplicate"] == nil)
  }

  @Test(arguments: ["", "solid x", "\u{89}PNG", "MZ"]) func otherFilesAreNoModels(_ text: String)
    async throws
  {
    let service = try TestService()
    let answer = await service.ask("POST", "/v1/models", form: service.form(Array(text.utf8)))
    #expect(answer.status == 400 && answer.code == "invalid_format")
    #expect(answer.json["error"]?["status"]?.int == 400)
  }

  @Test func aByteTooManyIsTooMany() async throws {
    let service = try TestService { $0.uploadBytes = 8 }
    let whole = await service.ask("POST", "/v1/models", form: service.form(Array("glTF1234".utf8)))
    #expect(whole.status == 201)
    let over = await service.ask("POST", "/v1/models", form: service.form(Array("glTF12345".utf8)))
    #expect(over.status == 400 && over.code == "file_too_large")
  }

  @Test func formsAreChecked() async throws {
    let service = try TestService()
    let glb = Array("glTFx".utf8)
    for form in [
      service.form(glb, field: "model"), service.form(glb, [("colour", "red")]),
    ] {
      let answer = await service.ask("POST", "/v1/models", form: form)
      #expect(answer.status == 400 && answer.code == "invalid_request")
    }
    for settings in ["{", "[]", "{\"length\":31}", "{\"lenght\":6}"] {
      let form = service.form(glb, [("renderSettings", settings)])
      let answer = await service.ask("POST", "/v1/models", form: form)
      #expect(answer.status == 400 && answer.code == "invalid_settings", "\(settings)")
    }
    #expect(await service.ask("POST", "/v1/models", json: [:]).code == "invalid_request")
    #expect(await service.ask("GET", "/v1/models").json["meta"]?["total"]?.int == 0)
  }

  @Test func ingestTellsWhatWentWrong() async throws {
    let service = try TestService()
    func ingest(_ body: JSONValue) async -> TestService.Answer {
      await service.ask("POST", "/v1/models/ingest", json: body)
    }
    #expect(await ingest([:]).code == "invalid_request")
    #expect(await ingest(["url": "http://127.0.0.1/x", "more": 1]).code == "invalid_request")
    for url in ["http://127.0.0.1/x", "file:///etc/passwd", "http://10.0.0.1/x"] {
      let answer = await ingest(["url": .string(url)])
      #expect(answer.status == 400 && answer.code == "ingest_failed")
    }
    let settings = await ingest(["url": "http://127.0.0.1/", "renderSettings": ["length": 2]])
    #expect(settings.code == "invalid_settings")
  }

  @Test func ingestTakesWhatTheAllowListLeadsTo() async throws {
    let source = try Server(ServerOptions())
    source.answer(
      with: Handler(
        // At once, on the network's own thread: other tests may keep all others busy.
        admit: { head in
          let more = head.path == "/big" ? String(repeating: "x", count: 100) : "abc"
          return .refuse(Response(type: "x/y", text: "glTF" + more))
        }, answer: { _ in Response(status: 500) }, problem: { _, _ in Response(status: 400) }))
    let service = try TestService {
      $0.allowAddresses = "127.0.0.1:\(source.port)"
      $0.uploadBytes = 50
    }
    let url = "http://127.0.0.1:\(source.port)"
    let answer = await service.ask(
      "POST", "/v1/models/ingest", json: ["url": .string(url + "/a/table.glb?x=1")])
    #expect(answer.status == 201)
    let model = answer.data["modelId"]?.string ?? ""
    #expect(await service.ask("GET", "/v1/models/\(model)").data["title"]?.string == "table")
    let again = await service.ask("POST", "/v1/models/ingest", json: ["url": .string(url + "/b")])
    #expect(again.data["duplicate"]?.bool == true)
    let big = await service.ask("POST", "/v1/models/ingest", json: ["url": .string(url + "/big")])
    #expect(big.status == 400 && big.code == "file_too_large")
    await source.stop()
  }

  @Test func tagsAreCleanedAndFound() async throws {
    let service = try TestService()
    let (a, b) = (await service.upload("a"), await service.upload("b"))
    let tags: JSONValue = [" Acme ", "fall", "ACME", ""]
    let changed = await service.ask(
      "PATCH", "/v1/models/\(a)", json: ["title": "Chair", "sku": "C-1", "tags": tags])
    #expect(changed.status == 200 && changed.data["tags"] == ["acme", "fall"])
    #expect(changed.data["title"]?.string == "Chair" && changed.data["sku"]?.string == "C-1")
    _ = await service.ask("PATCH", "/v1/models/\(b)", json: ["tags": ["winter"]])
    func found(_ query: String) async -> [String] {
      (await service.ask("GET", "/v1/models?\(query)").data.array ?? []).compactMap {
        $0["modelId"]?.string
      }
    }
    #expect(await found("tags=acme") == [a])
    #expect(await Set(found("tags=Acme,winter")) == [a, b])
    #expect(await found("tags=spring").isEmpty)
    #expect(await found("limit=1&offset=1").count == 1)
    let twenty = (0..<20).map { JSONValue.string("t\($0)") }
    let most = await service.ask("PATCH", "/v1/models/\(a)", json: ["tags": .array(twenty)])
    #expect(most.data["tags"]?.array?.count == 20)
    for wrong: JSONValue in [
      .array(twenty + ["more"]), "acme", [1], [.string(String(repeating: "x", count: 65))],
    ] {
      let answer = await service.ask("PATCH", "/v1/models/\(a)", json: ["tags": wrong])
      #expect(answer.status == 400 && answer.code == "invalid_tags")
    }
    #expect(await service.ask("PATCH", "/v1/models/\(a)", json: ["name": "x"]).status == 400)
    #expect(await service.ask("GET", "/v1/models?limit=101").code == "invalid_request")
  }

  @Test func whatIsSomebodyElsesIsNotThere() async throws {
    let service = try TestService()
    let model = await service.upload()
    let render = await service.ask("POST", "/v1/renders", json: ["modelId": .string(model)])
    let id = render.data["renderId"]?.string ?? ""
    let stranger = try service.makeKey("other")
    for (method, path, code) in [
      ("GET", "/v1/models/\(model)", "model_not_found"),
      ("DELETE", "/v1/models/\(model)", "model_not_found"),
      ("GET", "/v1/renders/\(id)", "render_not_found"),
      ("GET", "/v1/renders/\(id)/video", "render_not_found"),
    ] {
      let answer = await service.ask(method, path, key: stranger)
      #expect(answer.status == 404 && answer.code == code)
    }
    let order: JSONValue = ["modelId": .string(model)]
    let other = await service.ask("POST", "/v1/renders", json: order, key: stranger)
    #expect(other.status == 404 && other.code == "model_not_found")
  }

  @Test func deletingCancelsWhatWaitsAndKeepsWhatIsDone() async throws {
    let service = try TestService()
    let model = await service.upload()
    let done = await service.ask("POST", "/v1/renders", json: ["modelId": .string(model)])
    try service.work()
    let waiting = await service.ask("POST", "/v1/renders", json: ["modelId": .string(model)])
    #expect(await service.credits() == 98)
    #expect(await service.ask("DELETE", "/v1/models/\(model)").status == 204)
    #expect(await service.ask("GET", "/v1/models/\(model)").status == 404)
    #expect(await service.credits() == 99)
    let (a, b) = (done.data["renderId"]?.string ?? "", waiting.data["renderId"]?.string ?? "")
    #expect(await service.ask("GET", "/v1/renders/\(a)/video").status == 200)
    let cancelled = await service.ask("GET", "/v1/renders/\(b)")
    #expect(cancelled.data["status"]?.string == "error")
    #expect(cancelled.data["errorMessage"]?.string == "cancelled")
    #expect(try service.audit().isEmpty)
  }

  // MARK: Renders

  @Test(
    arguments: [
      ("{}", 1), ("{\"quality\":\"4k\"}", 4), ("{\"quality\":\"pro\"}", 16),
      ("{\"output\":\"dataset\",\"datasetQuality\":\"100x800\"}", 1),
      ("{\"output\":\"dataset\",\"datasetQuality\":\"196x1024\",\"coverage\":\"sphere\"}", 4),
      ("{\"output\":\"dataset\",\"datasetQuality\":\"400x2048\"}", 16),
    ]) func aQuoteIsWhatIsCharged(_ text: String, _ price: Int) async throws
  {
    let service = try TestService()
    let settings = try JSONValue(parsing: Data(text.utf8))
    let model = await service.upload()
    let order: JSONValue = ["modelId": .string(model), "renderSettings": settings]
    for item in [settings, order] {
      let quote = await service.ask("POST", "/v1/quote", json: ["renders": [item, item]])
      #expect(quote.data["creditsRequired"]?.int == 2 * price)
      #expect(quote.data["creditsAvailable"]?.int == 100)
      let second = quote.data["items"]?.array?[1]
      #expect(second?["index"]?.int == 1 && second?["credits"]?.int == price)
    }
    #expect(await service.credits() == 100)
    let answer = await service.ask("POST", "/v1/renders", json: order)
    #expect(answer.status == 201)
    #expect(await service.credits() == 100 - price)
  }

  @Test(
    arguments: [
      "{\"length\":2}", "{\"length\":31}", "{\"length\":6.5}", "{\"length\":\"6\"}",
      "{\"quality\":\"8k\"}", "{\"aspect\":\"4:3\"}", "{\"bgColor\":\"white\"}",
      "{\"bgColor\":\"#fffff\"}", "{\"bgColor\":\"#gggggg\"}", "{\"shadows\":1}",
      "{\"rotateY\":181}", "{\"rotateY\":-181}", "{\"tiltX\":91}", "{\"effect\":\"spin\"}",
      "{\"output\":\"dataset\"}", "{\"output\":\"gif\"}", "{\"coverage\":\"all\"}",
      "{\"unknown\":true}", "{\"quality\":null}", "[]", "{\"bgImageId\":\"\"}",
    ]) func settingsOutOfRangeAreNotClamped(_ text: String) async throws
  {
    let service = try TestService()
    let model = await service.upload()
    let settings = try JSONValue(parsing: Data(text.utf8))
    let answer = await service.ask(
      "POST", "/v1/renders", json: ["modelId": .string(model), "renderSettings": settings])
    #expect(answer.status == 400 && answer.code == "invalid_settings")
    #expect(await service.credits() == 100)
  }

  @Test(arguments: ["{\"length\":3}", "{\"length\":30}", "{\"rotateY\":-180}", "{\"tiltX\":90}"])
  func theEndsOfRangesAreWithin(_ text: String) throws {
    _ = try DXGLRenderSettings(try JSONValue(parsing: Data(text.utf8)))
  }

  /// What is handed to the verbs is what they take.
  @Test func plansFitTheVerbs() throws {
    func check(_ plan: JobPlan) throws {
      for step in plan.steps {
        let verb = try #require(Catalogue.verb(named: step.verb))
        try verb.check([.json(step.settings, source: "plan")])
      }
    }
    for ending in ["glb", "zip"] {
      try check(DXGLRenderSettings.previewPlan(model: ("b", ending)))
    }
    for (name, rule, _, _) in DXGLRenderSettings.fields {
      guard case .choice(let values) = rule else { continue }
      for value in values {
        let isDataset = value == "dataset" || ["datasetQuality", "coverage"].contains(name)
        var asked: [(key: String, value: JSONValue)] = [(name, .string(value))]
        if isDataset && name != "output" { asked.append(("output", "dataset")) }
        if isDataset && name != "datasetQuality" { asked.append(("datasetQuality", "100x800")) }
        let settings = try DXGLRenderSettings(.object(asked))
        try check(settings.plan(model: ("b", "glb"), overlay: isDataset ? nil : ("c", "png")))
        try check(settings.plan(model: ("b", "zip"), overlay: nil))
      }
    }
  }

  @Test func aRenderGoesThroughItsStatesAndKeepsItsFiles() async throws {
    let service = try TestService()
    let model = await service.upload()
    let answer = await service.ask("POST", "/v1/renders", json: ["modelId": .string(model)])
    let id = answer.data["renderId"]?.string ?? ""
    let path = "/v1/renders/\(id)"
    #expect(await service.ask("GET", path).data["status"]?.string == "pending")
    let early = await service.ask("GET", path + "/video")
    #expect(early.status == 409 && early.code == "not_ready")
    try service.work()
    let done = await service.ask("GET", path)
    #expect(done.data["status"]?.string == "done" && done.data["progress"]?.int == 100)
    #expect(done.data["assets"]?["web"]?.string == "http://test\(path)/video?quality=web")
    for (asset, type) in [
      ("video", "video/mp4"), ("video?quality=web", "video/mp4"), ("thumb", "video/mp4"),
      ("poster", "image/png"), ("poster?quality=full", "image/png"),
      ("bundle", "application/zip"),
    ] {
      let file = await service.ask("GET", "\(path)/\(asset)")
      #expect(file.status == 200 && file.response.header("Content-Type") == type)
      let kept = file.response.header("Cache-Control")
      #expect(kept == "private, max-age=31536000, immutable")
    }
    #expect(await service.ask("GET", path + "/dataset").code == "render_not_found")
    let stats = await service.ask("GET", "/v1/models/\(model)").data["stats"]
    #expect(stats?["triangles"]?.int == 12)
    #expect(try service.audit().isEmpty)
  }

  @Test func aDatasetAnswersForItsVideo() async throws {
    let service = try TestService()
    let model = await service.upload()
    let settings: JSONValue = ["output": "dataset", "datasetQuality": "100x800"]
    let answer = await service.ask(
      "POST", "/v1/renders", json: ["modelId": .string(model), "renderSettings": settings])
    try service.work()
    let path = "/v1/renders/\(answer.data["renderId"]?.string ?? "")"
    for asset in ["dataset", "video", "bundle", "dataset?format=zip"] {
      let file = await service.ask("GET", "\(path)/\(asset)")
      #expect(file.status == 200 && file.response.header("Content-Type") == "application/zip")
    }
    let arrays = await service.ask("GET", "\(path)/dataset?format=h5")
    #expect(arrays.response.header("Content-Type") == "application/x-hdf5")
  }

  @Test func aBatchIsAllOrNothing() async throws {
    let service = try TestService(credits: 99)
    let model = await service.upload()
    let order: JSONValue = ["modelId": .string(model), "renderSettings": [:]]
    func batch(_ count: Int, _ last: JSONValue? = nil) async -> TestService.Answer {
      let orders = Array(repeating: order, count: last == nil ? count : count - 1)
      let renders = JSONValue.array(orders + (last.map { [$0] } ?? []))
      return await service.ask("POST", "/v1/renders/batch", json: ["renders": renders])
    }
    let short = await batch(100)
    #expect(short.status == 402 && short.code == "no_credits")
    let unknown = await batch(3, ["modelId": "nothing"])
    #expect(unknown.status == 404 && unknown.code == "model_not_found")
    #expect(await batch(101).code == "too_many")
    #expect(await batch(0).code == "invalid_request")
    #expect(await service.credits() == 99)
    #expect(await service.ask("GET", "/v1/renders").json["meta"]?["total"]?.int == 1)
    let whole = await batch(99)
    #expect(whole.status == 201 && whole.data["creditsCharged"]?.int == 99)
    #expect(whole.data["renders"]?.array?.count == 99)
    #expect(await service.credits() == 0)
    #expect(await batch(1).json["error"]?["message"]?.string == "No render credits remaining")
  }

  @Test func manyBatchesAtOnceNeverGoBelowZero() async throws {
    let service = try TestService(credits: 25)
    let model = await service.upload()
    let order: JSONValue = ["modelId": .string(model)]
    let body: JSONValue = ["renders": [order, order, order]]
    let statuses = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<50 {
        group.addTask { await service.ask("POST", "/v1/renders/batch", json: body).status }
      }
      return await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(statuses.filter { $0 == 201 }.count == 8)
    #expect(statuses.filter { $0 == 402 }.count == 42)
    #expect(await service.credits() == 1)
    #expect(try service.audit().isEmpty)
  }

  @Test func rendersAreListedByStatusAndModel() async throws {
    let service = try TestService()
    let (a, b) = (await service.upload("a"), await service.upload("b"))
    try service.work()
    _ = await service.ask("POST", "/v1/renders", json: ["modelId": .string(a)])
    func total(_ query: String) async -> Int? {
      await service.ask("GET", "/v1/renders?\(query)").json["meta"]?["total"]?.int
    }
    #expect(await total("") == 3)
    #expect(await total("status=done") == 2)
    #expect(await total("status=pending&modelId=\(a)") == 1)
    #expect(await total("modelId=\(b)") == 1)
    #expect(await service.ask("GET", "/v1/renders?status=lost").code == "invalid_request")
  }
}
