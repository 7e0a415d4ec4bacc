//! In which names look alike. What looks alike is listed for a human, never taken for the same.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Characters common in names as they were written and as they are written now, in pairs.
const TRADITIONAL: &str = "陳陈張张劉刘黃黄趙赵吳吴孫孙馬马楊杨鄭郑謝谢韓韩馮冯鄧邓許许蕭萧葉叶蔣蒋盧卢蘇苏呂吕羅罗賈贾鍾钟鐘钟譚谭陸陆範范鄒邹\
    龍龙萬万賴赖龔龚嚴严顧顾湯汤錢钱閻阎閆闫龐庞顏颜齊齐莊庄聶聂塗涂魯鲁歐欧陽阳諸诸寧宁偉伟國国華华強强軍军麗丽紅红豔艳艷艳濤涛傑杰\
    鵬鹏飛飞蘭兰鳳凤鶴鹤雲云曉晓東东輝辉剛刚義义業业學学興兴榮荣貴贵慶庆寶宝禮礼愛爱賢贤亞亚億亿儀仪優优倫伦鋒锋銀银銘铭鎮镇鐵铁鋼钢\
    錦锦鈞钧鑑鉴長长門门開开關关閔闵靜静韋韦韻韵順顺領领頌颂風风驊骅駿骏騰腾鴻鸿麥麦黨党齡龄遠远達达進进運运連连選选遙遥邁迈鄉乡釗钊\
    詩诗誠诚語语謙谦譽誉讓让豐丰財财質质賀贺賓宾贊赞贏赢車车軒轩農农邊边蓮莲蔭荫薩萨藍蓝藝艺號号衛卫見见規规親亲觀观繼继續续紀纪約约\
    純纯紹绍絲丝維维綱纲綺绮緒绪緣缘績绩纓缨羣群聖圣聰聪聲声肅肃臨临與与舉举壽寿夢梦婭娅嬌娇寬宽實实將将尋寻岡冈島岛崗岗嶺岭巖岩廣广\
    彥彦從从復复徵征徹彻恆恒悅悦憲宪懷怀戰战揚扬時时暢畅曄晔書书會会樂乐樓楼標标樹树橋桥櫻樱權权歡欢歲岁氣气沖冲潔洁潤润澤泽濟济瀟潇\
    瀾澜灣湾燦灿爾尔環环瑩莹瑪玛瓊琼畢毕發发眾众碩硕禎祯禪禅穎颖競竞節节簡简練练緯纬縱纵習习翹翘聯联臺台萊莱蒼苍諾诺譜谱護护貝贝貞贞\
    貢贡費费賽赛躍跃輔辅輕轻週周遊游適适遷迁鄰邻釋释鈴铃銳锐鏡镜問问閏闰聞闻閣阁閱阅闊阔際际雙双靈灵項项頓顿願愿飄飘餘余馳驰駱骆騏骐\
    驕骄魚鱼鮑鲍鮮鲜鯤鲲鳴鸣鵑鹃鶯莺鷗鸥鷹鹰於于濱滨瑋玮璽玺瓏珑璦瑷瓚瓒嫻娴嬋婵姍姗奮奋奧奥嘯啸單单喬乔園园圓圆堅坚壯壮傳传僑侨儉俭\
    儲储兒儿凱凯劍剑勁劲勛勋勳勋勝胜勞劳勵励匯汇協协厲厉員员啓启啟启來来侖仑俠侠倉仓業业資资產产發发廠厂實实電电貿贸險险銷销團团責责";

static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let characters: Vec<char> = TRADITIONAL.chars().collect();
    characters.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
});

/// A full-width letter, digit or mark in its usual width.
fn narrow(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => u32::from(character)
            .checked_sub(0xfee0)
            .and_then(char::from_u32)
            .unwrap_or(character),
        '\u{3000}' => ' ',
        _ => character,
    }
}

/// What a name is compared by: without width, case, spaces and marks, in simplified characters.
pub fn of_name(name: &str) -> String {
    let plain = name.chars().map(narrow).filter(|character| character.is_alphanumeric());
    let simplified = plain.map(|character| SIMPLIFIED.get(&character).copied().unwrap_or(character));
    simplified.flat_map(char::to_lowercase).collect()
}

/// What a building or a number is compared by: without width, case and spaces. Marks stay: `1-11` is not `11-1`.
pub fn of_place(text: &str) -> String {
    let plain = text.chars().map(narrow).filter(|character| !character.is_whitespace());
    plain.flat_map(char::to_lowercase).collect()
}

/// What a telephone number is compared by: its digits.
pub fn of_phone(phone: &str) -> String {
    let digits: String = phone.chars().map(narrow).filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("86") {
        Some(rest) if rest.len() == 11 => rest.to_owned(),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_has_one_form() {
        for (one, other) in [
            ("陳國偉", "陈国伟"),
            ("Ｌｉ Ｍｉｎｇ", "li ming"),
            ("张 三", "张三"),
            ("张　三", "张三"),
            ("阿依·古丽", "阿依古丽"),
            ("龙塘（深圳）公司", "龙塘(深圳)公司"),
        ] {
            assert_eq!(of_name(one), of_name(other), "{one}");
        }
        assert_ne!(of_name("张三"), of_name("张山"));
        assert_eq!(of_place("１栋 Ａ座"), of_place("1栋a座"));
        assert_ne!(of_place("1-11"), of_place("11-1"));
        assert_eq!(of_phone("+86 138-0000-0000"), of_phone("13800000000"));
        assert_eq!(TRADITIONAL.chars().count() % 2, 0);
        assert!(
            SIMPLIFIED.values().all(|new| !SIMPLIFIED.contains_key(new)),
            "a pair is out of step"
        );
    }
}
