use yihe_kernel::reasons;
pub use yihe_kernel::reasons::COMMUNITY_NOT_FOUND;

reasons! {
    PERMISSION_UNKNOWN: Invalid, "`{permission}` is not a permission; the closest are {closest}", "没有“{permission}”这一权限；相近的有 {closest}";
    REVISION_UNKNOWN: Unavailable, "revision {asked} has not come to be; the newest is {newest}", "修订 {asked} 尚未生效；最新为 {newest}";
    RULES_FILE_INVALID: Invalid, "{file}, line {line}: {detail}", "{file} 第 {line} 行：{detail}";
    RULES_FILE_UNREADABLE: Invalid, "the rules file {file} cannot be read: {detail}", "无法读取规则文件 {file}：{detail}";
}
