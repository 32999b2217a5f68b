import Settings

/// What DX.GL's API takes and gives, as JSON schemas.
enum DXGLSchemas {
  private static let text = JSONSchema.text
  private static let whole = JSONSchema.whole

  private static func object(
    _ properties: KeyValuePairs<String, JSONValue>, required: [String] = [], isClosed: Bool = false
  ) -> JSONValue {
    JSONSchema.object(properties, required: required, isClosed: isClosed)
  }

  static func data(_ schema: JSONValue) -> JSONValue {
    object(["data": schema], required: ["data"])
  }

  static func list(_ schema: JSONValue) -> JSONValue {
    object(
      [
        "data": ["type": "array", "items": schema],
        "meta": object(
          ["total": whole, "offset": whole, "limit": whole], required: ["total", "offset", "limit"]),
      ], required: ["data", "meta"])
  }

  static let error = object(
    [
      "error": object(
        ["code": text, "message": text, "status": whole], required: ["code", "message", "status"])
    ], required: ["error"])

  static let settings = DXGLTools.settingsSchema

  // MARK: Models

  static let upload = object(
    ["file": JSONSchema.file, "renderSettings": text], required: ["file"],
    isClosed: true)
  static let ingest = object(
    ["url": text, "renderSettings": settings], required: ["url"], isClosed: true)
  static let taken = data(
    object(
      ["modelId": text, "renderId": text, "duplicate": ["type": "boolean"]],
      required: ["modelId", "renderId"]))
  private static let short: JSONValue = ["type": "string", "maxLength": 200]
  private static let tag: JSONValue = ["type": "string", "maxLength": 64]
  static let update = object(
    ["title": short, "sku": short, "tags": ["type": "array", "items": tag, "maxItems": 20]],
    isClosed: true)
  static let model = object(
    [
      "modelId": text, "title": text, "sku": text, "tags": ["type": "array", "items": text],
      "format": text, "createdAt": text,
    ], required: ["modelId", "title", "sku", "tags", "format", "createdAt"])

  // MARK: Renders

  static let status: JSONValue = [
    "enum": ["pending", "poster-processing", "poster-done", "video-processing", "done", "error"]
  ]
  static let order = object(
    ["modelId": text, "renderSettings": settings], required: ["modelId"], isClosed: true)
  static let batch = renders(order)
  static let quote = renders(["anyOf": [settings, order]])

  private static func renders(_ item: JSONValue) -> JSONValue {
    object(
      ["renders": ["type": "array", "items": item, "minItems": 1, "maxItems": 100]],
      required: ["renders"], isClosed: true)
  }

  static let made = object(["renderId": text], required: ["renderId"])
  static let batchMade = object(
    [
      "renders": [
        "type": "array",
        "items": object(["renderId": text, "modelId": text], required: ["renderId", "modelId"]),
      ], "creditsCharged": whole,
    ], required: ["renders", "creditsCharged"])
  static let render = object(
    [
      "renderId": text, "status": status, "errorMessage": text,
      "renderSettings": ["type": "object"],
      "credits": whole, "progress": JSONSchema.whole(0, 100),
      "is_system_preview": ["type": "boolean"],
      "createdAt": text, "assets": ["type": "object", "additionalProperties": text],
    ], required: ["renderId", "status", "credits", "progress", "assets"])

  // MARK: The rest

  static let overlayUpload = object(
    [
      "file": JSONSchema.file, "layer": ["const": "background"],
      "name": text,
    ],
    required: ["file"])
  static let overlay = object(
    ["overlayId": text, "name": text, "layer": text, "width": whole, "height": whole],
    required: ["overlayId", "name", "layer", "width", "height"])
  static let credits = object(["credits": whole], required: ["credits"])
  static let quoted = object(
    [
      "creditsRequired": whole, "creditsAvailable": whole, "sufficient": ["type": "boolean"],
      "items": [
        "type": "array",
        "items": object(["index": whole, "credits": whole], required: ["index", "credits"]),
      ],
    ], required: ["creditsRequired", "creditsAvailable", "sufficient", "items"])
}
