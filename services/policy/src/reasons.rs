use yihe_kernel::reasons;

reasons! {
    PERMISSION_UNKNOWN: Invalid, "`{permission}` is not a permission; the closest are {closest}", "没有“{permission}”这一权限；相近的有 {closest}";
    COMMUNITY_NOT_FOUND: NotFound, "{name} is not an active community", "{name} 不是已启用的社区";
    REVISION_UNKNOWN: Unavailable, "revision {asked} has not come to be; the newest is {newest}", "修订 {asked} 尚未生效；最新为 {newest}";
    RULES_FILE_INVALID: Invalid, "{file}, line {line}: {detail}", "{file} 第 {line} 行：{detail}";
    RULES_FILE_UNREADABLE: Invalid, "the rules file {file} cannot be read: {detail}", "无法读取规则文件 {file}：{detail}";
}
